using System.Text.Json.Serialization;
using TraceAgent.Engine;
using TraceAgent.Engine.Managed;

namespace TraceAgent.Status;

/// <summary>What the agent says about itself: the object of <c>traceagent status --json</c>, described in docs/status.md.</summary>
/// <param name="Version">Of this form; only ever extended under one number.</param>
/// <param name="Agent">The process.</param>
/// <param name="Ring">Between kernel and agent.</param>
/// <param name="Cost">Of all rules together.</param>
/// <param name="Outputs">All of them.</param>
/// <param name="Reloads">How often rule files were found changed.</param>
/// <param name="RejectedFiles">Rule files whose text is not in force as it is written.</param>
/// <param name="Rules">In the order of the files; then those that are in no file any more.</param>
internal sealed record AgentStatus(
    int Version,
    AgentIdentity Agent,
    RingStatus Ring,
    CostStatus Cost,
    IReadOnlyList<OutputStatus> Outputs,
    long Reloads,
    IReadOnlyList<RejectedText> RejectedFiles,
    IReadOnlyList<RuleStatus> Rules)
{
    public const int CurrentVersion = 1;

    /// <summary>The packet rules, in the order of the files; then those that are in no file any more.</summary>
    public IReadOnlyList<PacketRuleStatus> Packets { get; init; } = [];
}

/// <param name="Version">Of the program.</param>
/// <param name="Pid">Process ID.</param>
/// <param name="Started">UTC.</param>
/// <param name="Attach">How probes are attached: <c>uprobe_multi</c> or <c>perf_event</c>.</param>
internal sealed record AgentIdentity(string Version, int Pid, DateTime Started, string Attach);

/// <param name="Bytes">Its size.</param>
/// <param name="UsedBytes">Waiting to be read.</param>
internal sealed record RingStatus(long Bytes, long UsedBytes);

/// <param name="Percent">Of one CPU, over the last second.</param>
/// <param name="BudgetPercent">For all rules with a budget together; null for none.</param>
/// <param name="ProgramsMeasured">False when the kernel does not tell what the rules' programs take: then only hits are counted.</param>
internal sealed record CostStatus(double Percent, double? BudgetPercent, bool ProgramsMeasured);

/// <param name="Name">A path, an address, or <c>standard output</c>.</param>
/// <param name="Errors">Batches that it did not take.</param>
/// <param name="Dropped">Events that it took and then could not deliver.</param>
internal sealed record OutputStatus(string Name, long Errors, long Dropped);

/// <summary>What became of one rule, and what it counted.</summary>
internal sealed record RuleStatus
{
    /// <summary>Its name.</summary>
    public required string Rule { get; init; }

    /// <summary>In lower case, of <see cref="RuleState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it is not attached, or what is wrong with a newer text of it.</summary>
    public string? Reason { get; init; }

    /// <summary>File and line of its name.</summary>
    public string? Place { get; init; }

    /// <summary>As the rule names it.</summary>
    public string? Binary { get; init; }

    /// <summary>Attached now.</summary>
    public int Sites { get; init; }

    /// <summary>logged + filtered + sampled + limited + lost; records that wait in the ring are not counted yet.</summary>
    public long Calls { get; init; }

    /// <summary>Lines that all outputs took.</summary>
    public long Logged { get; init; }

    /// <summary>By its condition.</summary>
    public long Filtered { get; init; }

    /// <summary>Left out by sampling.</summary>
    public long Sampled { get; init; }

    /// <summary>Over its limit.</summary>
    public long Limited { get; init; }

    /// <summary>The ring was full, or an output failed.</summary>
    public long Lost { get; init; }

    /// <summary>Entered, but never seen to return; not among the calls.</summary>
    public long Unreturned { get; init; }

    /// <summary>Of one CPU, over the last second.</summary>
    public double? CostPercent { get; init; }

    /// <summary>Of CPU time of the traced programs, in all.</summary>
    public long CostNs { get; init; }

    /// <summary>Of one CPU; null for none.</summary>
    public double? BudgetPercent { get; init; }

    /// <summary>UTC; null before the first.</summary>
    public DateTime? LastEvent { get; init; }

    /// <summary>Of calls; null unless there were some.</summary>
    public LatencyStatus? Latency { get; init; }
}

/// <param name="SumNs">Of all durations.</param>
/// <param name="Buckets">Those between the first and the last that hold a call.</param>
internal sealed record LatencyStatus(ulong SumNs, IReadOnlyList<LatencyBucket> Buckets);

/// <param name="AboveNs">Durations in it are longer than this.</param>
/// <param name="UpToNs">And not longer than this.</param>
/// <param name="Calls">How many.</param>
internal sealed record LatencyBucket(ulong AboveNs, ulong UpToNs, long Calls);

/// <summary>Both directions of the JSON.</summary>
[JsonSerializable(typeof(AgentStatus))]
internal sealed partial class StatusJson : JsonSerializerContext
{
    public static StatusJson Readable => field ??= new StatusJson(ReadableJson.Options());
}
