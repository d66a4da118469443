using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace TraceAgent.Capture.Formatting;

/// <summary>
/// Writes internet and socket addresses as text (RFC 5952): <c>1.2.3.4:80</c>, <c>[::1]:80</c>, the path of a Unix socket,
/// <c>@name</c> of an abstract one, <c>family 17</c>. Layouts: linux/in.h, linux/in6.h, linux/un.h.
/// </summary>
internal static class SocketAddressText
{
    /// <summary>
    /// The maximum number of characters: those of an IPv6 address with scope and port; a path of <c>sun_path</c> is no longer
    /// than 108.
    /// </summary>
    public const int MaxLength = 128;

    private const int Unix = 1;
    private const int Inet = 2;
    private const int Inet6 = 10;
    private const int IPv4Size = 8;
    private const int IPv6Size = 28;

    /// <summary>The bytes of the name of a Unix socket; false for every other family.</summary>
    /// <param name="address">A <c>struct sockaddr</c>.</param>
    /// <param name="name">The path, or the abstract name without its NUL; ends at a NUL.</param>
    /// <param name="isAbstract">True also for a socket without a name.</param>
    public static bool IsUnix(ReadOnlySpan<byte> address, out ReadOnlySpan<byte> name, out bool isAbstract)
    {
        name = default;
        isAbstract = false;
        if (address.Length < 3 || FamilyOf(address) != Unix)
        {
            return false;
        }

        isAbstract = address[2] == 0;
        name = address[(isAbstract ? 3 : 2)..];
        return true;
    }

    /// <summary>True when everything is there that the text of this family's addresses needs.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> address) => address.Length >= (address.Length < 2 ? 2 : FamilyOf(address) switch
    {
        Inet => IPv4Size,
        Inet6 => IPv6Size,
        _ => 2,
    });

    /// <summary>Writes an address of any family but Unix and returns its length.</summary>
    public static int Write(ReadOnlySpan<byte> address, Span<char> into)
    {
        var written = 0;
        var family = address.Length < 2 ? 0 : FamilyOf(address);
        if (family == Inet && address.Length >= IPv4Size)
        {
            _ = into.TryWrite(
                CultureInfo.InvariantCulture, $"{address[4]}.{address[5]}.{address[6]}.{address[7]}:{PortOf(address)}", out written);
        }
        else if (family == Inet6 && address.Length >= IPv6Size)
        {
            var scope = BinaryPrimitives.ReadUInt32LittleEndian(address[24..]);
            into[0] = '[';
            var end = 1 + WriteIPv6(address.Slice(8, 16), scope, into[1..]);
            _ = into[end..].TryWrite(CultureInfo.InvariantCulture, $"]:{PortOf(address)}", out written);
            written += end;
        }
        else
        {
            _ = into.TryWrite(CultureInfo.InvariantCulture, $"family {family}", out written);
        }

        return written;
    }

    /// <summary>Writes 16 bytes as an address and returns its length.</summary>
    public static int WriteIPv6(ReadOnlySpan<byte> address, uint scope, Span<char> into)
    {
        _ = new IPAddress(address, scope).TryFormat(into, out var written);
        return written;
    }

    // The family is in the byte order of the machine, the port in that of the network.
    private static int FamilyOf(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt16LittleEndian(address);

    private static int PortOf(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
}
