using System.Globalization;
using Serilog.Events;

namespace TraceAgent.Events;

/// <summary>What became of a rule's calls; <see cref="Calls"/> is the sum of the others.</summary>
internal readonly record struct CallCounts(long Logged, long Filtered, long Sampled, long Limited, long Lost)
{
    public long Calls => Logged + Filtered + Sampled + Limited + Lost;

    /// <summary>Calls that the rule asks for, and that are still not logged.</summary>
    public long Missing => Sampled + Limited + Lost;

    /// <summary>What the rule itself left out, to be put behind logged and lost; empty when it left out nothing.</summary>
    public string Others => Part(Filtered, "filtered") + Part(Sampled, "sampled out") + Part(Limited, "over the limit");

    public static CallCounts operator -(CallCounts a, CallCounts b) => new(
        a.Logged - b.Logged, a.Filtered - b.Filtered, a.Sampled - b.Sampled, a.Limited - b.Limited, a.Lost - b.Lost);

    private static string Part(long count, string what) => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count} {what}");
}

/// <summary>The agent's own statements in the stream of events. Times are UTC ns since 1970.</summary>
internal static class AgentEvents
{
    public static LogEvent Attached(string rule, int sites, long time) =>
        new AgentStatement(time, "attached", "rule {rule} attached: {sites} sites", $"rule {rule} attached: {sites} {(sites == 1 ? "site" : "sites")}", rule, ("sites", sites))
            .ToLogEvent(LogEventLevel.Information);

    public static LogEvent Pending(string rule, string reason, long time) =>
        new AgentStatement(time, "pending", "rule {rule} pending: {reason}", $"rule {rule} pending: {reason}", rule).ToLogEvent(LogEventLevel.Warning);

    /// <param name="rule">Null when the file could not be read as far as a rule's name.</param>
    /// <param name="reason">With its position.</param>
    /// <param name="time">Of the statement.</param>
    public static LogEvent Rejected(string? rule, string reason, long time) =>
        new AgentStatement(time, "rejected", "rule rejected: {reason}", $"rule rejected: {reason}", rule).ToLogEvent(LogEventLevel.Error);

    public static LogEvent Suspended(string rule, string reason, long time) =>
        new AgentStatement(time, "suspended", "rule {rule} suspended: {reason}", $"rule {rule} suspended: {reason}", rule).ToLogEvent(LogEventLevel.Warning);

    public static LogEvent Expired(string rule, string reason, long time) =>
        new AgentStatement(time, "expired", "rule {rule} expired: {reason}", $"rule {rule} expired: {reason}", rule).ToLogEvent(LogEventLevel.Information);

    public static LogEvent Detached(string rule, string reason, long time) =>
        new AgentStatement(time, "detached", "rule {rule} detached: {reason}", $"rule {rule} detached: {reason}", rule).ToLogEvent(LogEventLevel.Information);

    /// <summary>Calls that were not logged since the last such report.</summary>
    public static LogEvent Loss(string rule, CallCounts counts, long time)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"{rule}: {counts.Calls - counts.Logged:N0} of {counts.Calls:N0} calls not logged");
        return new AgentStatement(time, "loss", "{rule}: {missing} of {calls} calls not logged", message, rule, Numbers(counts))
            .ToLogEvent(LogEventLevel.Warning);
    }

    /// <summary>What became of all calls of a rule since it was attached.</summary>
    public static LogEvent Totals(string rule, CallCounts counts, long time)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"{rule}: {counts.Logged:N0} of {counts.Calls:N0} calls logged in all");
        return new AgentStatement(time, "totals", "{rule}: {logged} of {calls} calls logged in all", message, rule, Numbers(counts))
            .ToLogEvent(LogEventLevel.Information);
    }

    private static (string Name, long Value)[] Numbers(CallCounts counts) =>
    [
        ("calls", counts.Calls),
        ("logged", counts.Logged),
        ("filtered", counts.Filtered),
        ("sampled", counts.Sampled),
        ("limited", counts.Limited),
        ("lost", counts.Lost),
    ];
}
