using System.Diagnostics;
using TraceAgent.Bpf;
using TraceAgent.Capture;
using TraceAgent.Engine.Counters;
using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;

namespace TraceAgent.Engine.State;

/// <summary>The agent's objects for one rule.</summary>
public sealed class AttachedProbe(Rule rule, RuleCounters counters)
{
    private RuleProbe? _asked;
    private int _askedFiles;

    /// <summary>The time when the rule was attached, CLOCK_MONOTONIC.</summary>
    public TimeSpan Since { get; } = Stopwatch.GetElapsedTime(0);

    /// <summary>The rule as it was when it was last reshaped.</summary>
    public Rule Rule { get; set; } = rule;

    /// <summary>The name of the rule.</summary>
    public string Name => Rule.Name.Value;

    public RuleCounters Counters { get; } = counters;

    /// <summary>The calls that the rule had lost for want of room when room was last made for them.</summary>
    public long LostWithoutRoom { get; set; }

    /// <summary>The parts; no two have the same plan.</summary>
    public List<AttachedPart> Parts { get; } = [];

    /// <summary>The files to which the rule leads now; other attached files are kept while processes run them.</summary>
    public IReadOnlySet<(uint Major, uint Minor, ulong Inode, long OverlaidNs)> Current { get; set; } =
        new HashSet<(uint, uint, ulong, long)>();

    public RuleProbe Held => new(Rule, new Probe(Parts.Select(part => part.Held).ToEquatableArray()));

    /// <summary>True when it had been hit, or was new, at the last <see cref="BpfSession.TakeHits"/>.</summary>
    public bool WasHit => Parts.Exists(part => part.Loaded.WasHit);

    public IEnumerable<AttachedFile> Files => Parts.SelectMany(part => part.Files);

    private int FileCount
    {
        get
        {
            var count = 0;
            foreach (var part in Parts)
            {
                count += part.Files.Count;
            }

            return count;
        }
    }

    /// <summary>Records that what is attached is what is asked for.</summary>
    public void MarkInSync(RuleProbe asked) => (_asked, _askedFiles) = (asked, FileCount);

    /// <summary>True when this was asked for the last time, and nothing has been detached since.</summary>
    public bool IsInSync(RuleProbe asked) => ReferenceEquals(_asked, asked) && _askedFiles == FileCount;
}
