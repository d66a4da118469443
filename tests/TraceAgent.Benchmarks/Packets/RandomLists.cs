using TraceAgent.Capture;

namespace TraceAgent.Benchmarks.Packets;

/// <summary>As many random prefixes of each family, three of four of them single addresses.</summary>
internal sealed class RandomLists
{
    private readonly List<IpPrefix> _prefixes = [];

    public RandomLists(int count)
    {
        var random = new Random(7);
        var bytes = new byte[16];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(bytes);
            _prefixes.Add(new IpPrefix(IpAddress.FromBytes(bytes.AsSpan(0, 4)), i % 4 == 0 ? 24 : 32).Masked);
            _prefixes.Add(new IpPrefix(IpAddress.FromBytes(bytes), i % 4 == 0 ? 48 : 128).Masked);
        }
    }

    public IReadOnlyCollection<IpPrefix> All => _prefixes;

    public IpAddress Denied(bool isIPv6) => Single(isIPv6).Address;

    /// <summary>Near enough to a denied address that the list must be walked to see that it is another one.</summary>
    public IpAddress BesideDenied(bool isIPv6) => new(isIPv6, Single(isIPv6).Address.Bits ^ 1);

    private IpPrefix Single(bool isIPv6) =>
        _prefixes.First(prefix => prefix.Address.IsIPv6 == isIPv6 && prefix.Length == prefix.Address.Width);
}
