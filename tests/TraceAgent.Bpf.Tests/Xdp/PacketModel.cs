using System.Buffers.Binary;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>What the program is to find in a frame, said once more and slowly.</summary>
internal enum FrameKind
{
    Ip,
    NotIp,
    Malformed,
}

internal static class PacketModel
{
    public static (FrameKind Kind, IpAddress Source) Read(ReadOnlySpan<byte> frame)
    {
        var rest = frame[12..];
        for (var tags = 0; ; tags++)
        {
            if (rest.Length < 2)
            {
                return (FrameKind.Malformed, default);
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (tags < 2 && (type is Frame.Vlan or Frame.Provider))
            {
                rest = rest[Math.Min(4, rest.Length)..];
                continue;
            }

            rest = rest[2..];
            return type switch
            {
                Frame.IPv4 when rest.Length < 20 || rest[0] >> 4 != 4 || (rest[0] & 15) < 5 => (FrameKind.Malformed, default),
                Frame.IPv4 => (FrameKind.Ip, IpAddress.FromBytes(rest[12..16])),
                Frame.IPv6 when rest.Length < 40 || rest[0] >> 4 != 6 => (FrameKind.Malformed, default),
                Frame.IPv6 => (FrameKind.Ip, IpAddress.FromBytes(rest[8..24])),
                _ => (FrameKind.NotIp, default),
            };
        }
    }

    public static bool IsDenied(IpAddress source, IEnumerable<IpPrefix> deny, IEnumerable<IpPrefix> allow) =>
        deny.Any(prefix => prefix.Contains(source)) && !allow.Any(prefix => prefix.Contains(source));
}
