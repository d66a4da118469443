using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Events.PacketLines;

namespace TraceAgent.Engine.Packets;

/// <summary>One line of a report.</summary>
public sealed record SourceLine(PacketSubject Subject, PacketNumbers Numbers);

/// <summary>
/// Computes from readings of the kernel's tables the traffic by source since the last one. Its lines, over all intervals, sum up
/// to the kernel's counters: a source that was evicted in between is among the others.
/// </summary>
internal sealed class SourceTraffic
{
    private Dictionary<IpAddress, Entry> _before = [];
    private PacketNumbers _reported;

    /// <summary>The traffic since the last call, the sources with most packets first and the others together at the end.</summary>
    /// <param name="passed">The sources that passed; null when only denied sources are counted.</param>
    /// <param name="denied">The denied sources, read together with it.</param>
    /// <param name="isDryRun">True when denied sources that were evicted count as spared.</param>
    /// <param name="top">The number of sources that have a line of their own.</param>
    public IReadOnlyList<SourceLine> Take(SourceReading<SourceCount>? passed, SourceReading<DeniedSource> denied, bool isDryRun, int top)
    {
        var now = EntriesOf(passed, denied);
        var changes = new List<(IpAddress Source, PacketNumbers Numbers)>();
        foreach (var (source, entry) in now)
        {
            var numbers = entry.Since(_before.GetValueOrDefault(source));
            if (numbers.Packets > 0)
            {
                changes.Add((source, numbers));
            }
        }

        _before = now;
        var all = SumOf(passed, denied, isDryRun, now);
        var lines = Lines(changes, Difference(all, _reported), top);
        _reported = all;
        return lines;
    }

    /// <summary>The total traffic: each source since it was seen first, and the others up to <paramref name="all"/>.</summary>
    /// <param name="all">The total of all sources.</param>
    /// <param name="top">The number of sources that have a line of their own.</param>
    public IReadOnlyList<SourceLine> Totals(PacketNumbers all, int top) =>
        Lines([.. _before.Select(one => (one.Key, one.Value.Since(default))).Where(one => one.Item2.Packets > 0)], all, top);

    private static List<SourceLine> Lines(List<(IpAddress Source, PacketNumbers Numbers)> sources, PacketNumbers all, int top)
    {
        sources.Sort((a, b) =>
        {
            var order = (b.Numbers.Packets, b.Numbers.Bytes).CompareTo((a.Numbers.Packets, a.Numbers.Bytes));
            return order != 0 ? order : a.Source.CompareTo(b.Source);
        });
        var lines = sources.Take(top).Select(one => new SourceLine(new PacketSubject(one.Source.ToString(), 1), one.Numbers)).ToList();
        var others = lines.Aggregate(all, (left, line) => Difference(left, line.Numbers));
        if (others.Packets > 0)
        {
            lines.Add(new SourceLine(new PacketSubject(null, Math.Max(0, sources.Count - top)), others));
        }

        return lines;
    }

    private static Dictionary<IpAddress, Entry> EntriesOf(SourceReading<SourceCount>? passed, SourceReading<DeniedSource> denied)
    {
        var entries = new Dictionary<IpAddress, Entry>((passed?.Sources.Count ?? 0) + denied.Sources.Count);
        foreach (var source in passed?.Sources ?? [])
        {
            entries[source.Source] = new Entry(source.Since, source.Passed, 0, default, default);
        }

        foreach (var source in denied.Sources)
        {
            entries[source.Source] = entries.GetValueOrDefault(source.Source) with
            {
                DeniedSince = source.Since,
                Dropped = source.Dropped,
                Spared = source.Spared,
            };
        }

        return entries;
    }

    private static PacketNumbers SumOf(
        SourceReading<SourceCount>? passed, SourceReading<DeniedSource> denied, bool isDryRun, Dictionary<IpAddress, Entry> entries)
    {
        var traffic = (passed?.Evicted ?? default) + denied.Evicted;
        var sum = new PacketNumbers(
            traffic.Packets, traffic.Bytes, isDryRun ? 0 : denied.Evicted.Packets, isDryRun ? denied.Evicted.Packets : 0);
        return entries.Values.Aggregate(sum, (total, entry) => Sum(total, entry.Since(default)));
    }

    private static PacketNumbers Sum(PacketNumbers a, PacketNumbers b) =>
        new(a.Packets + b.Packets, a.Bytes + b.Bytes, a.Dropped + b.Dropped, a.Spared + b.Spared);

    private static PacketNumbers Difference(PacketNumbers a, PacketNumbers b) =>
        new(a.Packets - b.Packets, a.Bytes - b.Bytes, a.Dropped - b.Dropped, a.Spared - b.Spared);

    /// <summary>The entries of one source in the tables.</summary>
    private readonly record struct Entry(long PassedSince, Traffic Passed, long DeniedSince, Traffic Dropped, Traffic Spared)
    {
        /// <summary>The traffic since then; all of it when the source was evicted in between.</summary>
        public PacketNumbers Since(Entry before)
        {
            var passed = PassedSince == before.PassedSince ? Passed - before.Passed : Passed;
            var (dropped, spared) = DeniedSince == before.DeniedSince
                ? (Dropped - before.Dropped, Spared - before.Spared)
                : (Dropped, Spared);
            var all = passed + dropped + spared;
            return new PacketNumbers(all.Packets, all.Bytes, dropped.Packets, spared.Packets);
        }
    }
}
