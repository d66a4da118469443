using System.Globalization;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Engine;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.RingReading;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Statements;
using TraceAgent.Logging;
using TraceAgent.Rules;

namespace TraceAgent.Hosting;

/// <summary>
/// Reports what happens to packet rules: to the operator on standard error, and among the events as <c>"event":"agent"</c>.
/// </summary>
internal sealed class PacketReporter(ILogger logger, EventPump pump, WallClock clock) : IPacketListener
{
    public void Attached(PacketRule rule, PacketAttachment attachment, PrefixLists lists)
    {
        var mode = attachment.Mode.ToString().ToLowerInvariant();
        var why = attachment.WhyNotNative is { } reason ? $"{mode}, since not native: {reason}" : mode;
        Log.FilterAttached(logger, rule.Name.Value, attachment.InterfaceName, why, Describe(rule, lists));
        pump.Enqueue(AgentEvents.FilterAttached(rule.Name.Value, attachment.InterfaceName, mode, clock.UtcNow));
    }

    public void Left(PacketRule rule, string? interfaceName)
    {
        var reason = interfaceName is null ? "the interface is gone" : "the rule does not name it any more";
        Log.FilterLeft(logger, rule.Name.Value, interfaceName ?? rule.Interface.Value, reason);
        pump.Enqueue(AgentEvents.Detached(rule.Name.Value, reason, clock.UtcNow));
    }

    public void Replaced(PacketRule rule) => Log.FilterReplaced(logger, rule.Name.Value);

    public void Updated(PacketRule rule, PrefixChange change, PrefixLists lists)
    {
        var what = string.Create(
            CultureInfo.InvariantCulture, $"{Plural.Grouped(change.Added, "network")} added, {change.Removed:N0} removed");
        Log.FilterUpdated(logger, rule.Name.Value, what, Describe(rule, lists));
        pump.Enqueue(AgentEvents.ListsChanged(rule.Name.Value, lists.Deny.Count, lists.Allow.Count, clock.UtcNow));
    }

    public void Reshaped(PacketRule rule) => Log.RuleReshaped(logger, rule.Name.Value);

    public void Detached(string rule, string reason)
    {
        Log.RuleDetached(logger, rule, reason);
        pump.Enqueue(AgentEvents.Detached(rule, reason, clock.UtcNow));
    }

    public void Refused(PacketRule rule, string reason)
    {
        var at = $"{rule.Name.At.File}:{rule.Name.At.Line}:{rule.Name.At.Column}";
        Log.RuleRefused(logger, rule.Name.Value, $"{at}: {reason}");
        pump.Enqueue(AgentEvents.Rejected(rule.Name.Value, $"{at}: {reason}", clock.UtcNow));
    }

    public void Pending(PacketRule rule, string reason)
    {
        Log.RulePending(logger, rule.Name.Value, reason);
        pump.Enqueue(AgentEvents.Pending(rule.Name.Value, $"{reason} yet", clock.UtcNow));
    }

    public void Warn(PacketRule rule, string warning) => Log.FilterWarning(logger, rule.Name.Value, warning);

    public void Expired(PacketRule rule, TimeSpan ttl)
    {
        var reason = TimeToLive.DescribeEnd(ttl);
        Log.RuleExpired(logger, rule.Name.Value, reason);
        pump.Enqueue(AgentEvents.Expired(rule.Name.Value, reason, clock.UtcNow));
    }

    public void Evicted(PacketRule rule, long sources)
    {
        Log.SourcesEvicted(logger, rule.Name.Value, Plural.Of(sources, "source"), rule.MaxSources);
        pump.Enqueue(AgentEvents.Evicted(rule.Name.Value, sources, clock.UtcNow));
    }

    private static string Describe(PacketRule rule, PrefixLists lists)
    {
        var parts = new List<string>();
        if (rule.Count is not null)
        {
            parts.Add("counts");
        }

        if (rule.Denies)
        {
            var denies = rule.DryRun ? "would deny" : "denies";
            parts.Add(string.Create(
                CultureInfo.InvariantCulture, $"{denies} {lists.Deny.Count:N0} and allows {Plural.Grouped(lists.Allow.Count, "network")}"));
        }

        return parts.Count == 0 ? "denies nothing" : string.Join(", ", parts);
    }
}
