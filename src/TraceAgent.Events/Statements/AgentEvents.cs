using System.Globalization;
using Serilog.Events;
using TraceAgent.Capture;
using TraceAgent.Events.PacketLines;

namespace TraceAgent.Events.Statements;

/// <summary>The outcomes of a rule's calls; <see cref="Calls"/> is the sum of the others.</summary>
public readonly record struct CallCounts(long Logged, long Filtered, long Sampled, long Limited, long Lost)
{
    /// <summary>Lost calls that had no room among the calls in flight.</summary>
    public long LostInFlight { get; init; }

    /// <summary>Lost calls that an output did not take; the others had no room in the ring buffer.</summary>
    public long LostInOutput { get; init; }

    /// <summary>Limited calls that came after as many lines as were asked for; the others were over the rule's limit.</summary>
    public long AfterLast { get; init; }

    public long Calls => Logged + Filtered + Sampled + Limited + Lost;

    /// <summary>The calls that the rule asks for, and that are still not logged.</summary>
    public long Missing => Sampled + Limited + Lost;

    /// <summary>The calls that the rule itself left out, as text after logged and lost; empty when it left out nothing.</summary>
    public string Others => Part(Filtered, "filtered") + Part(Sampled, "sampled out") + Part(Limited - AfterLast, "over the limit")
        + Part(AfterLast, "after the last line");

    /// <summary>The reasons of the lost calls, as text after a sentence; empty when none was lost.</summary>
    public string LostBecause =>
        Lost == 0
            ? ""
            : "; lost"
                + (Part(Lost - LostInFlight - LostInOutput, "while the ring buffer was full")
                    + Part(LostInFlight, "while too many calls were in flight")
                    + Part(LostInOutput, "by an output that failed"))[1..];

    public static CallCounts operator -(CallCounts a, CallCounts b) => new(
        a.Logged - b.Logged, a.Filtered - b.Filtered, a.Sampled - b.Sampled, a.Limited - b.Limited, a.Lost - b.Lost)
    {
        LostInFlight = a.LostInFlight - b.LostInFlight,
        LostInOutput = a.LostInOutput - b.LostInOutput,
        AfterLast = a.AfterLast - b.AfterLast,
    };

    private static string Part(long count, string what) =>
        count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count} {what}");
}

/// <summary>Makes the agent's own statements in the stream of events. Times are UTC ns since 1970.</summary>
public static class AgentEvents
{
    public static AgentStatement Attached(string rule, int sites, long time) => new("attached", time)
    {
        Severity = LogEventLevel.Information,
        Rule = rule,
        Template = "rule {rule} attached: {sites} sites",
        Message = $"rule {rule} attached: {Plural.Of(sites, "site")}",
        Numbers = [("sites", sites)],
    };

    public static AgentStatement Pending(string rule, string reason, long time) => new("pending", time)
    {
        Severity = LogEventLevel.Warning,
        Rule = rule,
        Template = "rule {rule} pending: {reason}",
        Message = $"rule {rule} pending: {reason}",
    };

    /// <param name="rule">The rule's name; null when the file could not be read that far.</param>
    /// <param name="reason">The reason with its position.</param>
    /// <param name="time">The time of the statement.</param>
    public static AgentStatement Rejected(string? rule, string reason, long time) => new("rejected", time)
    {
        Severity = LogEventLevel.Error,
        Rule = rule,
        Template = "rule rejected: {reason}",
        Message = $"rule rejected: {reason}",
    };

    public static AgentStatement Suspended(string rule, string reason, long time) => new("suspended", time)
    {
        Severity = LogEventLevel.Warning,
        Rule = rule,
        Template = "rule {rule} suspended: {reason}",
        Message = $"rule {rule} suspended: {reason}",
    };

    public static AgentStatement Expired(string rule, string reason, long time) => new("expired", time)
    {
        Severity = LogEventLevel.Information,
        Rule = rule,
        Template = "rule {rule} expired: {reason}",
        Message = $"rule {rule} expired: {reason}",
    };

    /// <summary>The statement that the kernel has ended a process that was probed.</summary>
    /// <param name="ended">The process.</param>
    /// <param name="rule">The first rule that probed it.</param>
    /// <param name="rules">All of these, in words.</param>
    /// <param name="time">The time of the statement.</param>
    public static AgentStatement Ended(EndedProcess ended, string rule, string rules, long time) => new("ended", time)
    {
        Severity = LogEventLevel.Warning,
        Rule = rule,
        Template = "program ended by {signal} while probed by {rules}: {program} (process {pid})",
        Message = $"program ended by {ended.Signal} while probed by {rules}: {ended.Program} (process {ended.Pid})",
        Numbers = [("pid", ended.Pid)],
    };

    public static AgentStatement Detached(string rule, string reason, long time) => new("detached", time)
    {
        Severity = LogEventLevel.Information,
        Rule = rule,
        Template = "rule {rule} detached: {reason}",
        Message = $"rule {rule} detached: {reason}",
    };

    /// <summary>The statement of calls that were not logged since the last one.</summary>
    public static AgentStatement Loss(string rule, CallCounts counts, long time) => new("loss", time)
    {
        Severity = LogEventLevel.Warning,
        Rule = rule,
        Template = "{rule}: {missing} of {calls} calls not logged{reasons}",
        Message = Text($"{rule}: {counts.Calls - counts.Logged:N0} of {Plural.Grouped(counts.Calls, "call")} not logged")
            + counts.LostBecause,
        Numbers = Numbers(counts),
    };

    /// <summary>The statement, to somebody who watches, of lines that went to the outputs and not to him.</summary>
    public static AgentStatement Skipped(long lines, long time) => new("skipped", time)
    {
        Severity = LogEventLevel.Warning,
        Template = "{lines} more lines, which are in the outputs, are not shown",
        Message = Plural.Grouped(
            lines, "more line, which is in the outputs, is not shown", "more lines, which are in the outputs, are not shown"),
        Numbers = [("lines", lines)],
    };

    /// <summary>The statement of the outcomes of all calls of a rule since it was attached.</summary>
    public static AgentStatement Totals(string rule, CallCounts counts, long time) => new("totals", time)
    {
        Severity = LogEventLevel.Information,
        Rule = rule,
        Template = "{rule}: {logged} of {calls} calls logged in all",
        Message = Text($"{rule}: {counts.Logged:N0} of {Plural.Grouped(counts.Calls, "call")} logged in all"),
        Numbers = Numbers(counts),
    };

    /// <summary>The statement that a packet rule's filter is on an interface.</summary>
    public static AgentStatement FilterAttached(string rule, string interfaceName, string mode, long time) => new("attached", time)
    {
        Severity = LogEventLevel.Information,
        Rule = rule,
        Template = "rule {rule} attached to {interface} ({mode})",
        Message = $"rule {rule} attached to {interfaceName} ({mode})",
    };

    /// <summary>The statement that the lists of a packet rule have changed while it stayed attached.</summary>
    public static AgentStatement ListsChanged(string rule, int denied, int allowed, long time) => new("updated", time)
    {
        Severity = LogEventLevel.Information,
        Rule = rule,
        Template = "rule {rule}: {denied} denied and {allowed} allowed networks active",
        Message = Text($"rule {rule}: {denied:N0} denied and {Plural.Grouped(allowed, "allowed network")} active"),
        Numbers = [("denied", denied), ("allowed", allowed)],
    };

    /// <summary>The statement that sources were evicted since the last one.</summary>
    public static AgentStatement Evicted(string rule, long sources, long time) => new("evicted", time)
    {
        Severity = LogEventLevel.Warning,
        Rule = rule,
        Template = "{rule}: {sources} sources evicted, whose counters start again at 0",
        Message = Text($"{rule}: {Plural.Grouped(sources, "source")} evicted, whose counters start again at 0"),
        Numbers = [("sources", sources)],
    };

    /// <summary>The statement of every packet that the filters of a rule have seen.</summary>
    public static AgentStatement PacketTotals(string rule, PacketTotals totals, long evicted, long time) => new("totals", time)
    {
        Severity = LogEventLevel.Information,
        Rule = rule,
        Template = "{rule}: {packets} packets in all",
        Message = $"{rule}: {PacketTotalsText.Of(totals)} in all",
        Numbers =
        [
            ("packets", totals.Seen.Packets),
            ("bytes", totals.Seen.Bytes),
            ("passed", totals.Passed.Packets),
            ("dropped", totals.Dropped.Packets),
            ("spared", totals.Spared.Packets),
            ("not_ip", totals.NotIp.Packets),
            ("malformed", totals.Malformed.Packets),
            ("evicted", evicted),
        ],
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static (string Name, long Value)[] Numbers(CallCounts counts) =>
    [
        ("calls", counts.Calls),
        ("logged", counts.Logged),
        ("filtered", counts.Filtered),
        ("sampled", counts.Sampled),
        ("limited", counts.Limited),
        ("lost", counts.Lost),
        ("lost_in_flight", counts.LostInFlight),
        ("lost_in_output", counts.LostInOutput),
    ];
}

/// <summary>A process that the kernel has ended.</summary>
/// <param name="Program">The path of its executable.</param>
/// <param name="Pid">The process ID.</param>
/// <param name="Signal">The name of the signal.</param>
public sealed record EndedProcess(string Program, int Pid, string Signal);
