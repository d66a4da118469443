using System.Buffers.Binary;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>Makes Ethernet frames.</summary>
internal static class Frame
{
    public const ushort IPv4 = 0x0800;
    public const ushort IPv6 = 0x86dd;
    public const ushort Vlan = 0x8100;
    public const ushort Provider = 0x88a8;
    private const int EthernetSize = 14;
    private const int UdpSize = 8;

    public static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);

    /// <summary>A UDP packet from <paramref name="source"/>, after tags of these types.</summary>
    public static byte[] From(string source, params ushort[] tags) => From(Address(source), tags);

    public static byte[] From(IpAddress source, params ushort[] tags) => From(source, 18, tags);

    public static byte[] From(IpAddress source, int payload, ushort[] tags)
    {
        var ipSize = source.IsIPv6 ? 40 : 20;
        var frame = new byte[HeadersOf(source.IsIPv6, tags.Length) + UdpSize + payload];
        var at = 12;
        foreach (var tag in tags)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at), tag);
            frame[at + 3] = 42;
            at += 4;
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at), source.IsIPv6 ? IPv6 : IPv4);
        var ip = frame.AsSpan(at + 2);
        if (source.IsIPv6)
        {
            ip[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(UdpSize + payload));
            ip[6] = 17;
            ip[7] = 64;
            source.WriteTo(ip[8..]);
            return frame;
        }

        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(ipSize + UdpSize + payload));
        ip[8] = 64;
        ip[9] = 17;
        source.WriteTo(ip[12..]);
        return frame;
    }

    /// <summary>Up to the end of the IP header.</summary>
    public static int HeadersOf(bool isIPv6, int tags) => EthernetSize + (4 * tags) + (isIPv6 ? 40 : 20);
}
