using System.Diagnostics;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Events.PacketLines;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>The agent's objects for one packet rule: a filter in the kernel, where it is attached, and what was reported of it.</summary>
public sealed class AttachedFilter(PacketRule rule, PacketFilter filter, PacketCounters counters) : IDisposable
{
    private readonly SourceTraffic _ledger = new();
    private readonly DeniedSources _denied = new();
    private PrefixIndex _prefixes = new([]);
    private long _since = Stopwatch.GetTimestamp();
    private long? _evictedReported;
    private long _evicted;

    /// <summary>The rule as it was when it was last reshaped.</summary>
    public PacketRule Rule { get; private set; } = rule;

    public PacketCounters Counters => counters;

    public PrefixLists Lists { get; private set; } = PrefixLists.None;

    public List<PacketAttachment> Attachments { get; } = [];

    public HeldFilter Held => new(Rule, Lists, Attachments.Select(one => one.InterfaceIndex).ToEquatableArray());

    /// <summary>True when an interval of the rule is over.</summary>
    public bool IsDue => Stopwatch.GetElapsedTime(_since) >= (Rule.Count?.Every ?? PacketCount.DefaultEvery);

    /// <summary>The prefix of the list that denies a source now; null when none does.</summary>
    public IpPrefix? PrefixOf(IpAddress source) => _prefixes.Find(source);

    /// <exception cref="KernelException">The kernel refused; the former lists stay active.</exception>
    public PrefixChange Update(PacketRule next, PrefixLists lists)
    {
        var change = lists == Lists ? default : filter.Update([.. lists.Deny], [.. lists.Allow]);
        filter.DryRun = next.DryRun;
        _prefixes = new PrefixIndex(lists.Deny);
        (Rule, Lists) = (next, lists);
        return change;
    }

    public void Show(PacketRule next) => Rule = next;

    /// <exception cref="InterfaceTakenException">There is a program of somebody else.</exception>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public PacketAttachment Attach(int index, string name)
    {
        var attachment = filter.Attach(index, name, Rule.Mode switch
        {
            FilterMode.Native => PacketMode.Native,
            FilterMode.Generic => PacketMode.Generic,
            FilterMode.Offload => PacketMode.Offload,
            _ => PacketMode.Auto,
        });
        Attachments.Add(attachment);
        return attachment;
    }

    public void Leave(int index)
    {
        Attachments.Where(one => one.InterfaceIndex == index).ToList().ForEach(one => one.Dispose());
        Attachments.RemoveAll(one => one.InterfaceIndex == index);
    }

    public void DetachAll()
    {
        Attachments.ForEach(one => one.Dispose());
        Attachments.Clear();
    }

    /// <summary>Takes the kernel's counts into the counters.</summary>
    /// <returns>The sources that are dropped for the first time, or spared.</returns>
    public IReadOnlyList<DeniedSource> ReadDenied()
    {
        var totals = filter.Totals();
        counters.Note(totals);
        var denied = totals.Dropped.Packets + totals.Spared.Packets;
        return _denied.HasNews(denied) ? _denied.Take(filter.Denied().Sources, denied) : [];
    }

    /// <summary>The traffic by source in the interval that ends now.</summary>
    public (IReadOnlyList<SourceLine> Lines, TimeSpan Time) TakeInterval()
    {
        var time = Stopwatch.GetElapsedTime(_since);
        _since = Stopwatch.GetTimestamp();
        var passed = Rule.Count is null ? null : filter.Sources();
        var denied = filter.Denied();
        var before = counters.Evicted;
        counters.NoteEvicted((passed?.EvictedSources ?? 0) + denied.EvictedSources);
        _evicted += counters.Evicted - before;
        return (_ledger.Take(passed, denied, Rule.DryRun, Rule.Count?.Top ?? PacketCount.DefaultTop), time);
    }

    /// <summary>The number of sources that were evicted since the last report; 0 while it is not time to report that again.</summary>
    public long TakeEvicted(bool isLast)
    {
        if (_evicted == 0 || (!isLast && _evictedReported is { } reported && Stopwatch.GetElapsedTime(reported) < PacketCount.DefaultEvery))
        {
            return 0;
        }

        var evicted = _evicted;
        (_evicted, _evictedReported) = (0, Stopwatch.GetTimestamp());
        return evicted;
    }

    /// <summary>The total traffic by source. Called when nothing is attached any more, after the last interval.</summary>
    public IReadOnlyList<SourceLine> Totals()
    {
        var totals = filter.Totals();
        counters.Note(totals);
        var all = totals.Dropped + totals.Spared + (Rule.Count is null ? default : totals.Passed);
        return _ledger.Totals(new PacketNumbers(all.Packets, all.Bytes, totals.Dropped.Packets, totals.Spared.Packets), Rule.Count?.Top
            ?? PacketCount.DefaultTop);
    }

    public void Dispose()
    {
        DetachAll();
        filter.Dispose();
    }
}
