using System.Net;

namespace TraceAgent.Capture.Tests;

public sealed class IpPrefixTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", 32)]
    [InlineData("203.0.113.7/32", "203.0.113.7", 32)]
    [InlineData("198.51.100.0/24", "198.51.100.0/24", 24)]
    [InlineData("0.0.0.0/0", "0.0.0.0/0", 0)]
    [InlineData("255.255.255.255", "255.255.255.255", 32)]
    [InlineData("2001:db8::/32", "2001:db8::/32", 32)]
    [InlineData("2001:DB8:0:0:0:0:0:7", "2001:db8::7", 128)]
    [InlineData("::", "::", 128)]
    [InlineData("::/0", "::/0", 0)]
    [InlineData("::192.0.2.1/128", "::192.0.2.1", 128)]
    public void A_prefix_is_read_and_written_as_usual(string text, string written, int length)
    {
        Assert.Equal(PrefixError.None, IpPrefix.TryParse(text, out var prefix));
        Assert.Equal((written, length), (prefix.ToString(), prefix.Length));
        Assert.Equal(PrefixError.None, IpPrefix.TryParse(prefix.ToString(), out var again));
        Assert.Equal(prefix, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/24")]
    [InlineData("edge")]
    [InlineData("10")]
    [InlineData("10.1")]
    [InlineData("10.1.2")]
    [InlineData("10.1.2.3.4")]
    [InlineData("10.1.2.")]
    [InlineData("10.1.2.256")]
    [InlineData("10.1.2.03")]
    [InlineData("0x0a.1.2.3")]
    [InlineData("10.1.2.3 ")]
    [InlineData(" 10.1.2.3")]
    [InlineData("10.1.2.-3")]
    [InlineData("١٠.1.2.3")]
    [InlineData("10.1.2.3/")]
    [InlineData("10.1.2.0/024")]
    [InlineData("10.1.2.0/+24")]
    [InlineData("10.1.2.0/24/8")]
    [InlineData("10.1.2.0/255.255.255.0")]
    [InlineData("2001:db8")]
    [InlineData("2001:db8:::7")]
    [InlineData("2001:db8::7::")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[2001:db8::7]")]
    [InlineData("[2001:db8::7]:80")]
    [InlineData("2001:db8::g")]
    public void Other_forms_are_no_prefix(string text) => Assert.Equal(PrefixError.Form, IpPrefix.TryParse(text, out _));

    [Theory]
    [InlineData("10.1.2.3/33", PrefixError.Length)]
    [InlineData("10.1.2.3/99999999999999999999", PrefixError.Length)]
    [InlineData("2001:db8::/129", PrefixError.Length)]
    [InlineData("198.51.100.7/24", PrefixError.HostBits)]
    [InlineData("0.0.0.1/0", PrefixError.HostBits)]
    [InlineData("2001:db8::7/127", PrefixError.HostBits)]
    [InlineData("::ffff:192.0.2.1", PrefixError.MappedIPv4)]
    [InlineData("::ffff:0:0/96", PrefixError.MappedIPv4)]
    public void What_is_wrong_is_told_apart(string text, PrefixError fault) => Assert.Equal(fault, IpPrefix.TryParse(text, out _));

    [Fact]
    public void With_host_bits_it_is_known_which_network_was_written()
    {
        Assert.Equal(PrefixError.HostBits, IpPrefix.TryParse("198.51.100.7/24", out var prefix));
        Assert.Equal(("198.51.100.7/24", "198.51.100.0/24"), (prefix.ToString(), prefix.Masked.ToString()));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0", true)]
    [InlineData("10.0.0.0/8", "10.255.255.255", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("10.0.0.0/8", "a00::", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "::", false)]
    [InlineData("::/0", "0.0.0.0", false)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.6", false)]
    public void A_prefix_contains_its_addresses(string prefix, string address, bool expected)
    {
        Assert.Equal(PrefixError.None, IpPrefix.TryParse(prefix, out var parsed));
        Assert.Equal(expected, parsed.Contains(IpAddress.From(IPAddress.Parse(address))));
    }

    [Fact]
    public void A_prefix_contains_itself_and_longer_ones_and_no_shorter_one()
    {
        var prefix = new IpPrefix(IpAddress.From(IPAddress.Parse("10.1.0.0")), 16);

        Assert.True(prefix.Contains(prefix) && prefix.Contains(prefix with { Length = 17 }));
        Assert.False(prefix.Contains(prefix with { Length = 15 }));
        Assert.Equal("10.0.0.0/8", prefix.Shortened(8).ToString());
    }

    [Fact]
    public void Addresses_are_in_order_with_IPv4_first() => Assert.Equal(
        ["9.0.0.0", "10.0.0.0", "200.0.0.0", "::1", "2001:db8::", "ff00::"],
        "ff00:: 200.0.0.0 ::1 9.0.0.0 2001:db8:: 10.0.0.0".Split(' ')
            .Select(text => IpAddress.From(IPAddress.Parse(text))).Order().Select(address => address.ToString()));

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("2001:db8::7")]
    public void The_bytes_of_an_address_are_in_network_order(string text)
    {
        Assert.True(IpAddress.TryParse(text, out var address));
        var bytes = new byte[address.Width / 8];
        address.WriteTo(bytes);

        Assert.Equal(IPAddress.Parse(text).GetAddressBytes(), bytes);
        Assert.Equal(address, IpAddress.FromBytes(bytes));
    }
}
