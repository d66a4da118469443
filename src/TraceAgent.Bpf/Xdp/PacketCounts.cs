using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Programs;
using TraceAgent.Capture;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Xdp;

/// <summary>Reads what the program has counted.</summary>
internal sealed unsafe class PacketCounts
{
    private readonly bool _countsSources;
    private readonly int _totals;
    private readonly int _cpus = LibBpf.PossibleCpus();
    private readonly SourceTable[] _sources;
    private readonly SourceTable[] _denied;
    private (long Sources, Traffic Traffic) _evictedSources;
    private (long Sources, Traffic Traffic) _evictedDenied;

    public PacketCounts(BpfObject loaded, bool countsSources, bool perCpu)
    {
        _countsSources = countsSources;
        var copies = perCpu ? _cpus : 1;
        _totals = loaded.MapFd(PacketLayout.Totals);
        _sources = [.. PacketLayout.Families.Select(
            isIPv6 => new SourceTable(loaded, PacketLayout.Sources(isIPv6), isIPv6, PacketLayout.SourceWords, copies))];
        _denied = [.. PacketLayout.Families.Select(
            isIPv6 => new SourceTable(loaded, PacketLayout.DeniedSources(isIPv6), isIPv6, PacketLayout.DeniedWords, copies))];
    }

    public PacketTotals Totals() => TotalsOf(ReadTotals());

    public SourceReading<SourceCount> Sources()
    {
        // Totals before tables: packets that arrive in between would otherwise look like those of evicted sources.
        var words = ReadTotals();
        var sources = new List<SourceCount>();
        var present = default(Traffic);
        foreach (var table in _sources)
        {
            table.Read((source, entry) =>
            {
                var passed = new Traffic(entry[1], entry[2]);
                sources.Add(new SourceCount(source, entry[0], passed));
                present += passed;
            });
        }

        var counted = _countsSources ? TotalsOf(words).Passed : default;
        _evictedSources = Later(_evictedSources, words[PacketLayout.SourcesMade] - sources.Count, counted - present);
        return new SourceReading<SourceCount>(sources, _evictedSources.Sources, _evictedSources.Traffic);
    }

    public SourceReading<DeniedSource> Denied()
    {
        var words = ReadTotals();
        var sources = new List<DeniedSource>();
        var present = default(Traffic);
        foreach (var table in _denied)
        {
            table.Read((source, entry) =>
            {
                var denied = new DeniedSource(source, entry[0], new Traffic(entry[2], entry[3]), new Traffic(entry[4], entry[5]));
                sources.Add(denied);
                present += denied.Dropped + denied.Spared;
            });
        }

        var totals = TotalsOf(words);
        _evictedDenied = Later(_evictedDenied, words[PacketLayout.DeniedMade] - sources.Count, totals.Dropped + totals.Spared - present);
        return new SourceReading<DeniedSource>(sources, _evictedDenied.Sources, _evictedDenied.Traffic);
    }

    private static (long Sources, Traffic Traffic) Later((long Sources, Traffic Traffic) before, long sources, Traffic traffic) => (
        Math.Max(before.Sources, sources),
        new Traffic(Math.Max(before.Traffic.Packets, traffic.Packets), Math.Max(before.Traffic.Bytes, traffic.Bytes)));

    private static PacketTotals TotalsOf(long[] words)
    {
        Traffic Of(int kind) => new(words[2 * kind], words[(2 * kind) + 1]);
        return new PacketTotals(Of(0), Of(1), Of(2), Of(3), Of(4));
    }

    private long[] ReadTotals()
    {
        var copies = new long[PacketLayout.TotalsWords * _cpus];
        var zero = 0u;
        fixed (long* copiesAt = copies)
        {
            var result = LibBpf.MapLookup(_totals, &zero, copiesAt);
            if (result < 0)
            {
                throw new KernelException("read", "the packet totals", -result, Privileges.RemedyFor(-result, Privileges.ForPackets));
            }
        }

        var sums = new long[PacketLayout.TotalsWords];
        for (var i = 0; i < copies.Length; i++)
        {
            sums[i % sums.Length] += copies[i];
        }

        return sums;
    }
}
