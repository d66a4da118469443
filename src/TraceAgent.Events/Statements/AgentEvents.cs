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

    /// <summary>The calls that the rule itself left out, as text behind logged and lost; empty when it left out nothing.</summary>
    public string Others => Part(Filtered, "filtered") + Part(Sampled, "sampled out") + Part(Limited - AfterLast, "over the limit")
        + Part(AfterLast, "after the last line");

    /// <summary>The reasons of the lost calls, as text behind a sentence; empty when none was lost.</summary>
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
    public static AgentStatement Attached(string rule, int sites, long time) => new(
        time, LogEventLevel.Information, "attached",
        "rule {rule} attached: {sites} sites", $"rule {rule} attached: {Plural.Of(sites, "site")}", rule, ("sites", sites));

    public static AgentStatement Pending(string rule, string reason, long time) => new(
        time, LogEventLevel.Warning, "pending", "rule {rule} pending: {reason}", $"rule {rule} pending: {reason}", rule);

    /// <param name="rule">The rule's name; null when the file could not be read that far.</param>
    /// <param name="reason">The reason with its position.</param>
    /// <param name="time">The time of the statement.</param>
    public static AgentStatement Rejected(string? rule, string reason, long time) => new(
        time, LogEventLevel.Error, "rejected", "rule rejected: {reason}", $"rule rejected: {reason}", rule);

    public static AgentStatement Suspended(string rule, string reason, long time) => new(
        time, LogEventLevel.Warning, "suspended", "rule {rule} suspended: {reason}", $"rule {rule} suspended: {reason}", rule);

    public static AgentStatement Expired(string rule, string reason, long time) => new(
        time, LogEventLevel.Information, "expired", "rule {rule} expired: {reason}", $"rule {rule} expired: {reason}", rule);

    /// <summary>The statement that the kernel has ended a process that was probed.</summary>
    public static AgentStatement Ended(string rule, string signal, string rules, string program, int pid, long time) => new(
        time, LogEventLevel.Warning, "ended", "program ended by {signal} while probed by {rules}: {program} (process {pid})",
        $"program ended by {signal} while probed by {rules}: {program} (process {pid})", rule, ("pid", pid));

    public static AgentStatement Detached(string rule, string reason, long time) => new(
        time, LogEventLevel.Information, "detached", "rule {rule} detached: {reason}", $"rule {rule} detached: {reason}", rule);

    /// <summary>The statement of calls that were not logged since the last one.</summary>
    public static AgentStatement Loss(string rule, CallCounts counts, long time)
    {
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"{rule}: {counts.Calls - counts.Logged:N0} of {Plural.Grouped(counts.Calls, "call")} not logged");
        return new AgentStatement(
            time, LogEventLevel.Warning, "loss", "{rule}: {missing} of {calls} calls not logged{reasons}",
            message + counts.LostBecause, rule, Numbers(counts));
    }

    /// <summary>The statement, to somebody who watches, of lines that went to the outputs and not to him.</summary>
    public static AgentStatement Skipped(long lines, long time)
    {
        var message = Plural.Grouped(
            lines, "more line, which is in the outputs, is not shown", "more lines, which are in the outputs, are not shown");
        return new AgentStatement(
            time, LogEventLevel.Warning, "skipped", "{lines} more lines, which are in the outputs, are not shown", message, null,
            ("lines", lines));
    }

    /// <summary>The statement of the outcomes of all calls of a rule since it was attached.</summary>
    public static AgentStatement Totals(string rule, CallCounts counts, long time)
    {
        var message = string.Create(
            CultureInfo.InvariantCulture, $"{rule}: {counts.Logged:N0} of {Plural.Grouped(counts.Calls, "call")} logged in all");
        return new AgentStatement(
            time, LogEventLevel.Information, "totals", "{rule}: {logged} of {calls} calls logged in all", message, rule, Numbers(counts));
    }

    /// <summary>The statement that a packet rule's filter is on an interface.</summary>
    public static AgentStatement FilterAttached(string rule, string interfaceName, string mode, long time) => new(
        time, LogEventLevel.Information,
        "attached", "rule {rule} attached to {interface} ({mode})", $"rule {rule} attached to {interfaceName} ({mode})", rule);

    /// <summary>The statement that the lists of a packet rule have changed while it stayed attached.</summary>
    public static AgentStatement ListsChanged(string rule, int denied, int allowed, long time)
    {
        var message = string.Create(
            CultureInfo.InvariantCulture, $"rule {rule}: {denied:N0} denied and {Plural.Grouped(allowed, "allowed network")} active");
        return new AgentStatement(
            time, LogEventLevel.Information, "updated", "rule {rule}: {denied} denied and {allowed} allowed networks active",
            message, rule, ("denied", denied), ("allowed", allowed));
    }

    /// <summary>The statement that sources were evicted since the last one.</summary>
    public static AgentStatement Evicted(string rule, long sources, long time)
    {
        var message = string.Create(
            CultureInfo.InvariantCulture, $"{rule}: {Plural.Grouped(sources, "source")} evicted, whose counters start again at 0");
        return new AgentStatement(time, LogEventLevel.Warning,
            "evicted", "{rule}: {sources} sources evicted, whose counters start again at 0", message, rule, ("sources", sources));
    }

    /// <summary>The statement of every packet that the filters of a rule have seen.</summary>
    public static AgentStatement PacketTotals(string rule, PacketTotals totals, long evicted, long time) => new(
            time, LogEventLevel.Information, "totals", "{rule}: {packets} packets in all", $"{rule}: {PacketWords.Of(totals)} in all", rule,
            ("packets", totals.Seen.Packets),
            ("bytes", totals.Seen.Bytes),
            ("passed", totals.Passed.Packets),
            ("dropped", totals.Dropped.Packets),
            ("spared", totals.Spared.Packets),
            ("not_ip", totals.NotIp.Packets),
            ("malformed", totals.Malformed.Packets),
            ("evicted", evicted));

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
