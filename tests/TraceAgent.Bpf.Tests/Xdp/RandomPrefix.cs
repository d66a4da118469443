using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>Prefixes of which many contain each other.</summary>
internal static class RandomPrefix
{
    public static IpPrefix Of(Random random)
    {
        var address = Address(random);
        int[] lengths = address.IsIPv6 ? [0, 7, 31, 32, 33, 48, 63, 64, 65, 120, 127, 128] : [0, 1, 8, 15, 21, 22, 23, 24, 30, 31, 32, 32];
        // The short ones would soon contain everything.
        return new IpPrefix(address, lengths[random.Next(random.Next(6) == 0 ? 0 : 2, lengths.Length)]).Masked;
    }

    /// <summary>An address that is in one of the prefixes, or beside it, or anywhere.</summary>
    public static IpAddress Near(Random random, params IReadOnlyList<IpPrefix>[] lists)
    {
        var list = lists[random.Next(lists.Length)];
        if (list.Count == 0 || random.Next(5) == 0)
        {
            return Address(random);
        }

        var prefix = list[random.Next(list.Count)];
        var address = prefix.Address;
        var flip = random.Next(3) == 0 ? UInt128.Zero : UInt128.One << random.Next(address.Width);
        return address with { Bits = address.Bits ^ flip };
    }

    /// <summary>Few bits differ, so that many are near each other.</summary>
    private static IpAddress Address(Random random)
    {
        var isIPv6 = random.Next(2) == 0;
        var bits = isIPv6 ? (UInt128)0x20010db8 << 96 : 0x0a000000;
        for (var i = 0; i < 3; i++)
        {
            bits ^= UInt128.One << random.Next(isIPv6 ? 128 : 32);
        }

        return new IpAddress(isIPv6, bits);
    }
}
