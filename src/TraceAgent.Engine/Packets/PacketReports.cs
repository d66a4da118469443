using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Engine.RingReading;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.PacketLines;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>Writes the lines of packet rules, among the events of the others.</summary>
public sealed class PacketReports(EventPump pump, WallClock clock, Action<PacketRule, long> onEvicted)
{
    /// <summary>
    /// The maximum number of newly denied sources in one report, so that an attacker with many addresses cannot fill the disk;
    /// the others are summed up.
    /// </summary>
    private const int MaxDropped = 100;

    /// <summary>Reports what is new. To be called about once a second.</summary>
    public void Report(AttachedFilter filter)
    {
        ReportDropped(filter);
        if (filter.IsDue)
        {
            ReportInterval(filter, isLast: false);
        }
    }

    /// <summary>Reports the rest, and the totals. Called when nothing is attached any more.</summary>
    public void ReportLast(AttachedFilter filter)
    {
        ReportDropped(filter);
        ReportInterval(filter, isLast: true);
        foreach (var (subject, numbers) in filter.Totals())
        {
            Enqueue(filter, new PacketEvent(filter.Rule, PacketEventKind.Total, clock.UtcNow, subject, numbers));
        }
    }

    private void ReportInterval(AttachedFilter filter, bool isLast)
    {
        var (lines, time) = filter.TakeInterval();
        foreach (var (subject, numbers) in filter.Rule.Count is null ? [] : lines)
        {
            Enqueue(filter, new PacketEvent(filter.Rule, PacketEventKind.Packets, clock.UtcNow, subject, numbers)
            {
                Interval = (long)time.TotalNanoseconds,
            });
        }

        if (filter.TakeEvicted(isLast) is > 0 and var evicted)
        {
            onEvicted(filter.Rule, evicted);
        }
    }

    private void ReportDropped(AttachedFilter filter)
    {
        var sources = filter.ReadDenied();
        foreach (var source in sources.Take(MaxDropped))
        {
            Enqueue(filter, Dropped(filter, new PacketSubject(source.Source.ToString(), 1), [
                source], filter.PrefixOf(source.Source)?.ToString()));
        }

        if (sources.Count > MaxDropped)
        {
            var others = sources.Skip(MaxDropped).ToList();
            Enqueue(filter, Dropped(filter, new PacketSubject(null, others.Count), others, null));
        }
    }

    private PacketEvent Dropped(AttachedFilter filter, PacketSubject subject, IReadOnlyList<DeniedSource> sources, string? prefix)
    {
        var dropped = sources.Aggregate(default(Traffic), (sum, source) => sum + source.Dropped);
        var spared = sources.Aggregate(default(Traffic), (sum, source) => sum + source.Spared);
        var all = dropped + spared;
        return new PacketEvent(
            filter.Rule,
            PacketEventKind.Dropped, clock.UtcNow, subject, new PacketNumbers(all.Packets, all.Bytes, dropped.Packets, spared.Packets))
        {
            Prefix = prefix,
        };
    }

    private void Enqueue(AttachedFilter filter, PacketEvent line) => pump.Enqueue(line, filter.Counters, filter.Rule.Output?.Value);
}
