using System.Globalization;

namespace TraceAgent.Capture;

/// <summary>The error in the text of a prefix.</summary>
public enum PrefixError
{
    None,

    /// <summary>No address, with or without <c>/length</c>.</summary>
    Form,

    /// <summary>The length is more than the address has bits.</summary>
    Length,

    /// <summary>Bits after the length are set: the text means the network (<see cref="IpPrefix.Masked"/>) or the address alone.</summary>
    HostBits,

    /// <summary>
    /// An IPv4 address in IPv6 form (<c>::ffff:192.0.2.1</c>), which is never the source of a packet:
    /// IPv4 is to be written as IPv4.
    /// </summary>
    MappedIPv4,
}

/// <summary>All addresses whose first <paramref name="Length"/> bits are those of <paramref name="Address"/>.</summary>
/// <param name="Address">The address, whose family is the prefix's.</param>
/// <param name="Length">The number of bits, 0 to 32 or 128.</param>
public readonly record struct IpPrefix(IpAddress Address, int Length) : IComparable<IpPrefix>
{
    /// <summary>The bits before the last 32 bits of an IPv4 address in IPv6 form (RFC 4291, 2.5.5.2).</summary>
    private const int Mapped = 0xffff;

    /// <summary>True for <c>0.0.0.0/0</c> and <c>::/0</c>.</summary>
    public bool IsEverything => Length == 0;

    /// <summary>The prefix without the bits after the length.</summary>
    public IpPrefix Masked => new(new IpAddress(Address.IsIPv6, Address.Bits & MaskOf(Address.IsIPv6, Length)), Length);

    /// <summary>Reads <c>192.0.2.7</c>, <c>198.51.100.0/24</c>, <c>2001:db8::/32</c>; a lone address is as long as it has bits.</summary>
    /// <param name="text">The text, without spaces around it.</param>
    /// <param name="prefix">
    /// The prefix as written; also set when the error is <see cref="PrefixError.HostBits"/> or
    /// <see cref="PrefixError.MappedIPv4"/>.
    /// </param>
    public static PrefixError TryParse(ReadOnlySpan<char> text, out IpPrefix prefix)
    {
        prefix = default;
        var slash = text.IndexOf('/');
        if (!IpAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return PrefixError.Form;
        }

        var length = address.Width;
        if (slash >= 0)
        {
            var digits = text[(slash + 1)..];
            if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') || (digits.Length > 1 && digits[0] == '0'))
            {
                return PrefixError.Form;
            }

            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > address.Width)
            {
                return PrefixError.Length;
            }
        }

        prefix = new IpPrefix(address, length);
        if (address.IsIPv6 && address.Bits >> 32 == Mapped)
        {
            return PrefixError.MappedIPv4;
        }

        return prefix != prefix.Masked ? PrefixError.HostBits : PrefixError.None;
    }

    public bool Contains(IpAddress address) =>
        address.IsIPv6 == Address.IsIPv6 && ((address.Bits ^ Address.Bits) & MaskOf(Address.IsIPv6, Length)) == 0;

    /// <summary>True when the other prefix is within this one, or the same.</summary>
    public bool Contains(IpPrefix other) => other.Length >= Length && Contains(other.Address);

    /// <summary>The prefix of the first <paramref name="length"/> bits, which are at most <see cref="Length"/>.</summary>
    public IpPrefix Shortened(int length) => new IpPrefix(Address, length).Masked;

    /// <summary>Orders by address, and the wider prefix first.</summary>
    public int CompareTo(IpPrefix other) =>
        Address.CompareTo(other.Address) is var order and not 0 ? order : Length.CompareTo(other.Length);

    /// <summary>The prefix in its usual notation; a single address without its length.</summary>
    public override string ToString() =>
        Length == Address.Width ? Address.ToString() : string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");

    public static bool operator <(IpPrefix left, IpPrefix right) => left.CompareTo(right) < 0;

    public static bool operator <=(IpPrefix left, IpPrefix right) => left.CompareTo(right) <= 0;

    public static bool operator >(IpPrefix left, IpPrefix right) => left.CompareTo(right) > 0;

    public static bool operator >=(IpPrefix left, IpPrefix right) => left.CompareTo(right) >= 0;

    private static UInt128 MaskOf(bool isIPv6, int length)
    {
        var width = IpAddress.WidthOf(isIPv6);
        // C# takes the count of a shift modulo the width: a shift by 128 would be one by 0.
        var mask = length == 0 ? UInt128.Zero : UInt128.MaxValue << (width - length);
        return isIPv6 ? mask : mask & uint.MaxValue;
    }
}
