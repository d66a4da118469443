using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;
using TraceAgent.Capture;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Xdp;

/// <summary>The lists of both families, and the words that report changes to the program.</summary>
internal sealed class PrefixTables : IDisposable
{
    private const int Enospc = 28;

    private readonly Family[] _families;
    private readonly MappedMap _control;
    private readonly string _rule;
    private readonly int _capacity;

    public PrefixTables(BpfObject loaded, MappedMap control, string rule, int capacity)
    {
        (_control, _rule, _capacity) = (control, rule, capacity);
        _families = [new Family(loaded, rule, isIPv6: false), new Family(loaded, rule, isIPv6: true)];
    }

    public PrefixChange Update(IReadOnlyCollection<IpPrefix> deny, IReadOnlyCollection<IpPrefix> allow)
    {
        var wanted = _families.Select(family => PrefixPlan.Effective(Of(family, deny), Of(family, allow))).ToArray();
        if (wanted.FirstOrDefault(list => list.Count > _capacity) is { } tooMany)
        {
            throw new KernelException("load", $"{tooMany.Count} prefixes of {_rule}", Enospc, $"it may have {_capacity} of each family");
        }

        var former = _families.Select(family => new Dictionary<IpPrefix, bool>(family.Table.Contents)).ToArray();
        try
        {
            return Apply(wanted, always: false);
        }
        catch
        {
            Apply(former, always: true);
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var family in _families)
        {
            family.Bitmap.Dispose();
        }
    }

    private static List<IpPrefix> Of(Family family, IReadOnlyCollection<IpPrefix> prefixes)
    {
        var own = new List<IpPrefix>();
        foreach (var prefix in prefixes)
        {
            if (prefix.Address.IsIPv6 == family.IsIPv6)
            {
                own.Add(prefix);
            }
        }

        return own;
    }

    private PrefixChange Apply(Dictionary<IpPrefix, bool>[] wanted, bool always)
    {
        var change = default(PrefixChange);
        var changes = false;
        try
        {
            for (var i = 0; i < _families.Length; i++)
            {
                var family = _families[i];
                var plan = PrefixPlan.Between(family.Table.Contents, wanted[i]);
                if (always || !plan.IsEmpty)
                {
                    changes = true;
                    Apply(family, plan, [.. wanted[i].Where(entry => entry.Value).Select(entry => entry.Key)]);
                    change = new PrefixChange(
                        change.Added + plan.Allow.Count + plan.Deny.Count, change.Removed + plan.Undeny.Count + plan.Unallow.Count);
                }
            }
        }
        finally
        {
            if (changes)
            {
                ForgetVerdicts();
            }
        }

        return change;
    }

    private void Apply(Family family, PrefixPlan plan, List<IpPrefix> denied)
    {
        if (denied.Count == 0)
        {
            _control.Write(family.Denies, 0);
        }

        var isCovered = !family.IsIPv6 || denied.TrueForAll(prefix => prefix.Length >= PacketLayout.BitmapWideBits);
        if (!isCovered)
        {
            _control.Write(PacketLayout.BitmapCoversIPv6, 0);
        }

        family.Bitmap.Set(denied, keep: true);
        family.Table.Apply(plan);
        family.Bitmap.Set(denied, keep: false);
        if (isCovered && family.IsIPv6)
        {
            _control.Write(PacketLayout.BitmapCoversIPv6, 1);
        }

        _control.Write(family.Denies, denied.Count == 0 ? 0 : 1);
    }

    /// <summary>
    /// Makes programs forget cached verdicts. Done twice, because a program may take the new generation and still look into the
    /// list as it was: such programs have ended when the second one begins.
    /// </summary>
    private void ForgetVerdicts()
    {
        NextGeneration();
        RunningPrograms.Wait();
        NextGeneration();
    }

    private void NextGeneration() => _control.Write(PacketLayout.Generation, _control.ReadInt32(PacketLayout.Generation) + 1);

    private sealed record Family(bool IsIPv6, PrefixTable Table, PrefixBitmap Bitmap)
    {
        public Family(BpfObject loaded, string rule, bool isIPv6)
            : this(isIPv6, new PrefixTable(loaded.MapFd(PacketLayout.Prefixes(isIPv6)), rule, isIPv6), new PrefixBitmap(loaded, isIPv6))
        {
        }

        public int Denies => IsIPv6 ? PacketLayout.DeniesIPv6 : PacketLayout.DeniesIPv4;
    }
}
