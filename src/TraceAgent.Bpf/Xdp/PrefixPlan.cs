using TraceAgent.Capture;

namespace TraceAgent.Bpf.Xdp;

/// <summary>
/// The changes that make the prefixes of one family in a table those that are wanted. Done in the order of the properties, no
/// packet gets a verdict that neither the former nor the new list gives: a denied prefix comes after the allowed ones within it,
/// and goes when what denies instead is there; allowed ones go last.
/// </summary>
internal sealed record PrefixPlan(
    IReadOnlyList<IpPrefix> Allow, IReadOnlyList<IpPrefix> Deny, IReadOnlyList<IpPrefix> Undeny, IReadOnlyList<IpPrefix> Unallow)
{
    public bool IsEmpty => Allow.Count + Deny.Count + Undeny.Count + Unallow.Count == 0;

    /// <summary>
    /// The prefixes with their verdicts. The longest prefix of an address decides, but an allowed one wins whichever is longer:
    /// so denied prefixes within an allowed one are left out.
    /// </summary>
    /// <returns>True of those that are denied.</returns>
    public static Dictionary<IpPrefix, bool> Effective(IReadOnlyCollection<IpPrefix> deny, IReadOnlyCollection<IpPrefix> allow)
    {
        var effective = new Dictionary<IpPrefix, bool>(deny.Count + allow.Count);
        foreach (var prefix in allow)
        {
            effective[prefix.Masked] = false;
        }

        int[] lengths = [.. allow.Select(prefix => prefix.Length).Distinct()];
        foreach (var prefix in deny)
        {
            if (!IsAllowed(prefix, lengths, effective))
            {
                effective[prefix.Masked] = true;
            }
        }

        return effective;
    }

    /// <param name="current">The prefixes in the table; the value is true for denied ones.</param>
    /// <param name="wanted">The prefixes that are wanted; the value is true for denied ones.</param>
    public static PrefixPlan Between(Dictionary<IpPrefix, bool> current, Dictionary<IpPrefix, bool> wanted)
    {
        List<IpPrefix> allow = [], deny = [], undeny = [], unallow = [];
        foreach (var (prefix, denied) in wanted)
        {
            if (!current.TryGetValue(prefix, out var now) || now != denied)
            {
                (denied ? deny : allow).Add(prefix);
            }
        }

        foreach (var (prefix, denied) in current)
        {
            if (!wanted.ContainsKey(prefix))
            {
                (denied ? undeny : unallow).Add(prefix);
            }
        }

        return new PrefixPlan(allow, deny, undeny, unallow);
    }

    private static bool IsAllowed(IpPrefix prefix, int[] lengths, Dictionary<IpPrefix, bool> effective)
    {
        foreach (var length in lengths)
        {
            if (length <= prefix.Length && effective.TryGetValue(prefix.Shortened(length), out var denied) && !denied)
            {
                return true;
            }
        }

        return false;
    }
}
