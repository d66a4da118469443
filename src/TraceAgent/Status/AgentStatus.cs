using System.Text.Json.Serialization;
using TraceAgent.Engine;
using TraceAgent.Engine.State;

namespace TraceAgent.Status;

/// <summary>The agent's status: the object of <c>traceagent status --json</c>, described in docs/status.md.</summary>
internal sealed record AgentStatus
{
    public const int CurrentVersion = 1;

    /// <summary>The version of this format; only ever extended under one number.</summary>
    public required int Version { get; init; }

    /// <summary>The process.</summary>
    public required AgentIdentity Agent { get; init; }

    /// <summary>The ring between kernel and agent.</summary>
    public required RingStatus Ring { get; init; }

    /// <summary>The cost of all rules together.</summary>
    public required CostStatus Cost { get; init; }

    /// <summary>The status of all outputs.</summary>
    public required IReadOnlyList<OutputStatus> Outputs { get; init; }

    /// <summary>The number of times that rule files were found changed.</summary>
    public required long Reloads { get; init; }

    /// <summary>Rule files whose current text is not active.</summary>
    public required IReadOnlyList<RejectedText> RejectedFiles { get; init; }

    /// <summary>The rules in the order of the files; then those that are in no file any more.</summary>
    public required IReadOnlyList<RuleStatus> Rules { get; init; }

    /// <summary>The packet rules, in the order of the files; then those that are in no file any more.</summary>
    public IReadOnlyList<PacketRuleStatus> Packets { get; init; } = [];
}

/// <param name="Version">The version of the program.</param>
/// <param name="Pid">Process ID.</param>
/// <param name="Started">The time of the start, UTC.</param>
/// <param name="Attach">The way in which probes are attached: <c>uprobe_multi</c> or <c>perf_event</c>.</param>
internal sealed record AgentIdentity(string Version, int Pid, DateTime Started, string Attach);

/// <param name="Bytes">The size in bytes.</param>
/// <param name="UsedBytes">The bytes that wait to be read.</param>
internal sealed record RingStatus(long Bytes, long UsedBytes);

/// <param name="Percent">The cost in percent of one CPU, over the last second.</param>
/// <param name="BudgetPercent">The budget for all rules with a budget together; null for none.</param>
/// <param name="ProgramsMeasured">False when the kernel does not tell what the rules' programs take: then only hits are counted.</param>
internal sealed record CostStatus(double Percent, double? BudgetPercent, bool ProgramsMeasured);

/// <param name="Name">A path, an address, or <c>standard output</c>.</param>
/// <param name="Errors">Batches that it did not take.</param>
/// <param name="Dropped">Events that it took and then could not deliver.</param>
internal sealed record OutputStatus(string Name, long Errors, long Dropped);

/// <summary>The status of one rule, with its counters.</summary>
internal sealed record RuleStatus
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>The state in lower case, a <see cref="RuleState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The reason why it is not attached, or the error of a newer text of it.</summary>
    public string? Reason { get; init; }

    /// <summary>The file that the rule is in; null when it is in none.</summary>
    public string? File { get; init; }

    /// <summary>The line of its name in the file.</summary>
    public int? Line { get; init; }

    /// <summary>The binary as the rule names it.</summary>
    public string? Binary { get; init; }

    /// <summary>The number of sites that are attached now.</summary>
    public int Sites { get; init; }

    /// <summary>logged + filtered + sampled + limited + lost; records that wait in the ring are not counted yet.</summary>
    public long Calls { get; init; }

    /// <summary>Lines that all outputs took.</summary>
    public long Logged { get; init; }

    /// <summary>Calls that the condition left out.</summary>
    public long Filtered { get; init; }

    /// <summary>Calls that sampling left out.</summary>
    public long Sampled { get; init; }

    /// <summary>Calls over the limit.</summary>
    public long Limited { get; init; }

    /// <summary>Calls that are lost, because the ring was full or an output failed.</summary>
    public long Lost { get; init; }

    /// <summary>Calls that were entered, but never seen to return; not among <see cref="Calls"/>.</summary>
    public long Unreturned { get; init; }

    /// <summary>The cost in percent of one CPU, over the last second.</summary>
    public double? CostPercent { get; init; }

    /// <summary>The cost in ns of CPU time of the traced programs, in total.</summary>
    public long CostNs { get; init; }

    /// <summary>The budget in percent of one CPU; null for none.</summary>
    public double? BudgetPercent { get; init; }

    /// <summary>The time of the latest event, UTC; null before the first.</summary>
    public DateTime? LastEvent { get; init; }

    /// <summary>The durations of calls; null unless there were some.</summary>
    public LatencyStatus? Latency { get; init; }
}

/// <param name="SumNs">The sum of all durations in ns.</param>
/// <param name="Buckets">The buckets between the first and the last that hold a call.</param>
internal sealed record LatencyStatus(ulong SumNs, IReadOnlyList<LatencyBucket> Buckets);

/// <param name="AboveNs">The lower bound in ns, which is not part of the bucket.</param>
/// <param name="UpToNs">The upper bound in ns, which is part of the bucket.</param>
/// <param name="Calls">The number of calls.</param>
internal sealed record LatencyBucket(ulong AboveNs, ulong UpToNs, long Calls);

/// <summary>Writes and reads the JSON.</summary>
[JsonSerializable(typeof(AgentStatus))]
internal sealed partial class StatusJson : JsonSerializerContext
{
    public static StatusJson Readable => field ??= new StatusJson(ReadableJson.Options());
}
