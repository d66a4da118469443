using TraceAgent.Capture;

namespace TraceAgent.Engine.Packets;

/// <summary>The prefixes that a packet rule denies and allows, its files included.</summary>
public sealed record PrefixLists(EquatableArray<IpPrefix> Deny, EquatableArray<IpPrefix> Allow)
{
    public static PrefixLists None { get; } = new([], []);

    public bool Equals(PrefixLists? other) => other is not null && Deny == other.Deny && Allow == other.Allow;

    public override int GetHashCode() => HashCode.Combine(Deny.Count, Allow.Count);
}

/// <summary>Finds the prefix that contains an address, among many.</summary>
internal sealed class PrefixIndex
{
    private readonly HashSet<IpPrefix> _prefixes;
    private readonly int[] _lengths;

    public PrefixIndex(IEnumerable<IpPrefix> prefixes)
    {
        _prefixes = [.. prefixes];
        _lengths = [.. _prefixes.Select(prefix => prefix.Length).Distinct().OrderDescending()];
    }

    /// <summary>The longest prefix that holds the address; null when none does.</summary>
    public IpPrefix? Find(IpAddress address)
    {
        foreach (var length in _lengths)
        {
            if (length <= address.Width && new IpPrefix(address, length).Masked is var prefix && _prefixes.Contains(prefix))
            {
                return prefix;
            }
        }

        return null;
    }
}
