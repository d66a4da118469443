using System.Diagnostics;
using TraceAgent.Capture;
using TraceAgent.Engine.Reading;
using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Managed;

/// <summary>What the agent holds for one rule.</summary>
public sealed class AttachedProbe(Rule rule, RuleCounters counters)
{
    private RuleProbe? _asked;
    private int _askedFiles;

    /// <summary>When it came, CLOCK_MONOTONIC.</summary>
    public TimeSpan Since { get; } = Stopwatch.GetElapsedTime(0);

    /// <summary>As it was when it was last shaped.</summary>
    public Rule Rule { get; set; } = rule;

    /// <summary>Of the rule.</summary>
    public string Name => Rule.Name.Value;

    public RuleCounters Counters { get; } = counters;

    /// <summary>No two with the same plan.</summary>
    public List<AttachedPart> Parts { get; } = [];

    /// <summary>Where the rule leads now; what is attached besides are files whose processes still run.</summary>
    public IReadOnlySet<(uint Major, uint Minor, ulong Inode, long OverlaidNs)> Current { get; set; } =
        new HashSet<(uint, uint, ulong, long)>();

    public RuleProbe Held => new(Rule, new Probe(Parts.Select(part => part.Held).ToEquatableArray()));

    public IEnumerable<AttachedFile> Files => Parts.SelectMany(part => part.Files);

    private int FileCount => Parts.Sum(part => part.Files.Count);

    /// <summary>Takes note that what is attached is what is asked for.</summary>
    public void MarkInSync(RuleProbe asked) => (_asked, _askedFiles) = (asked, FileCount);

    /// <summary>Whether this was asked for the last time, and nothing has been detached since.</summary>
    public bool IsInSync(RuleProbe asked) => ReferenceEquals(_asked, asked) && _askedFiles == FileCount;
}
