using System.Buffers.Binary;
using System.Net;

namespace TraceAgent.Capture;

/// <summary>An IPv4 or IPv6 address without a zone, by value. The two families never equal each other.</summary>
/// <param name="IsIPv6">The family.</param>
/// <param name="Bits">The address as a number, as it is written from left to right; of IPv4 the lower 32 bits.</param>
public readonly record struct IpAddress(bool IsIPv6, UInt128 Bits) : IComparable<IpAddress>
{
    private const int IPv4Parts = 4;

    /// <summary>Bits of an address of this family: 32 or 128.</summary>
    public int Width => WidthOf(IsIPv6);

    /// <summary>
    /// Parses an address strictly: four decimal numbers without leading zeros, or RFC 4291 2.2 without brackets, port or zone.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        var isIPv6 = text.Contains(':');
        if (isIPv6 ? text.ContainsAny("%[]/") : !IsFourNumbers(text))
        {
            return false;
        }

        if (!IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        address = From(parsed);
        return true;
    }

    public static IpAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out var length);
        return FromBytes(bytes[..length]);
    }

    /// <param name="bytes">4 or 16, in network order.</param>
    public static IpAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == 4
        ? new IpAddress(false, BinaryPrimitives.ReadUInt32BigEndian(bytes))
        : new IpAddress(true, BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Writes the address in network byte order.</summary>
    /// <param name="bytes">The destination, at least 4 or 16 bytes.</param>
    public void WriteTo(Span<byte> bytes)
    {
        if (IsIPv6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Bits);
        }
    }

    /// <summary>Orders IPv4 before IPv6, then by number.</summary>
    public int CompareTo(IpAddress other) => IsIPv6 == other.IsIPv6 ? Bits.CompareTo(other.Bits) : IsIPv6.CompareTo(other.IsIPv6);

    /// <summary>The address in its usual notation (RFC 5952).</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[IsIPv6 ? 16 : 4];
        WriteTo(bytes);
        return new IPAddress(bytes).ToString();
    }

    internal static int WidthOf(bool isIPv6) => isIPv6 ? 128 : 32;

    public static bool operator <(IpAddress left, IpAddress right) => left.CompareTo(right) < 0;

    public static bool operator <=(IpAddress left, IpAddress right) => left.CompareTo(right) <= 0;

    public static bool operator >(IpAddress left, IpAddress right) => left.CompareTo(right) > 0;

    public static bool operator >=(IpAddress left, IpAddress right) => left.CompareTo(right) >= 0;

    /// <summary>
    /// True for four decimal numbers. inet_aton's other forms (octal, hexadecimal, fewer parts) are ambiguous to readers.
    /// </summary>
    private static bool IsFourNumbers(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9') || (part.Length > 1 && part[0] == '0'))
            {
                return false;
            }

            parts++;
        }

        return parts == IPv4Parts;
    }
}
