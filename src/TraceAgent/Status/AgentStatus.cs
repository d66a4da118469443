using System.Text.Json.Serialization;
using TraceAgent.Engine;

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

/// <param name="Rule">Its name.</param>
/// <param name="State">In lower case, of <see cref="RuleState"/>.</param>
/// <param name="Reason">Why it is not attached, or what is wrong with a newer text of it.</param>
/// <param name="Place">File and line of its name.</param>
/// <param name="Binary">As the rule names it.</param>
/// <param name="Sites">Attached now.</param>
/// <param name="Calls">logged + filtered + sampled + limited + lost; records that wait in the ring are not counted yet.</param>
/// <param name="Logged">Lines that all outputs took.</param>
/// <param name="Filtered">By its condition.</param>
/// <param name="Sampled">Left out by sampling.</param>
/// <param name="Limited">Over its limit.</param>
/// <param name="Lost">The ring was full, or an output failed.</param>
/// <param name="Unreturned">Entered, but never seen to return; not among the calls.</param>
/// <param name="CostPercent">Of one CPU, over the last second.</param>
/// <param name="CostNs">Of CPU time of the traced programs, in all.</param>
/// <param name="BudgetPercent">Of one CPU; null for none.</param>
/// <param name="LastEvent">UTC; null before the first.</param>
/// <param name="Latency">Of calls; null unless there were some.</param>
internal sealed record RuleStatus(
    string Rule,
    string State,
    string? Reason,
    string? Place,
    string? Binary,
    int Sites,
    long Calls,
    long Logged,
    long Filtered,
    long Sampled,
    long Limited,
    long Lost,
    long Unreturned,
    double? CostPercent,
    long CostNs,
    double? BudgetPercent,
    DateTime? LastEvent,
    LatencyStatus? Latency);

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
