using System.Reflection;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Engine;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Reading;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Watching;
using TraceAgent.Events;
using TraceAgent.Rules;

namespace TraceAgent.Status;

/// <summary>Collects the agent's status. Any thread may ask.</summary>
/// <param name="table">The table of all rules.</param>
/// <param name="counters">The counters of all rules that there have been.</param>
/// <param name="packets">The table of all packet rules.</param>
/// <param name="packetCounters">The counters of all packet rules that there have been.</param>
/// <param name="ring">The ring between kernel and agent.</param>
/// <param name="outputs">The reporter of all outputs.</param>
/// <param name="totalBudgetPercent">The budget of all rules in percent of one CPU; infinite for none.</param>
internal sealed class StatusSource(
    RuleTable table,
    Func<IReadOnlyList<RuleCounters>> counters,
    PacketRuleTable packets,
    Func<IReadOnlyList<PacketCounters>> packetCounters,
    RingReader ring,
    Func<AttachMethod> method,
    Func<IReadOnlyList<OutputStatus>> outputs,
    double totalBudgetPercent)
{
    private readonly DateTime _started = DateTime.UtcNow;

    public AgentStatus Take()
    {
        // Rules first: one that comes meanwhile is in the next status, and none is shown twice.
        var published = table.Published;
        var byName = counters().ToDictionary(one => one.Rule);
        var rules = published.Rules.Select(rule => RuleOf(rule, byName.GetValueOrDefault(rule.Rule))).ToList();
        var known = published.Rules.Select(rule => rule.Rule).ToHashSet();
        rules.AddRange(byName.Values.Where(one => !known.Contains(one.Rule)).Select(one =>
            RuleOf(new RuleSnapshot { Rule = one.Rule, State = RuleState.Removed, Reason = "it is not in the rule files any more" }, one)));
        return new AgentStatus(
            AgentStatus.CurrentVersion,
            new AgentIdentity(
                ProgramVersion.Text, Environment.ProcessId, _started, method() == AttachMethod.Multi ? "uprobe_multi" : "perf_event"),
            new RingStatus(ring.Bytes, ring.UsedBytes),
            new CostStatus(
                Math.Round(rules.Sum(rule => rule.CostPercent ?? 0), 3),
                double.IsFinite(totalBudgetPercent) ? totalBudgetPercent : null,
                published.MeasuresPrograms),
            outputs(),
            published.Reloads,
            published.Rejected,
            rules)
        {
            Packets = PacketRules(published.PacketErrors),
        };
    }

    private List<PacketRuleStatus> PacketRules(IReadOnlyList<RuleError> errors)
    {
        var faults = errors.ToDictionary(fault => fault.Rule!.Value);
        var snapshots = packets.Published;
        var byName = packetCounters().ToDictionary(one => one.Rule);
        var rules = new List<PacketRuleStatus>();
        foreach (var snapshot in snapshots)
        {
            var rule = snapshot.Rule;
            faults.Remove(rule.Name.Value, out var fault);
            byName.Remove(rule.Name.Value, out var counters);
            rules.Add(PacketRuleOf(
                rule.Name.Value,
                snapshot.State, fault?.Reason ?? snapshot.Reason, $"{rule.Name.At.File}:{rule.Name.At.Line}", rule, snapshot, counters));
        }

        foreach (var (name, fault) in faults)
        {
            byName.Remove(name, out var counters);
            rules.Add(
                PacketRuleOf(name, RuleState.Rejected, fault.Reason, $"{fault.Rule!.At.File}:{fault.Rule.At.Line}", null, null, counters));
        }

        rules.AddRange(byName.Values.Select(counters =>
            PacketRuleOf(counters.Rule, RuleState.Removed, "it is not in the rule files any more", null, null, null, counters)));
        return rules;
    }

    private static PacketRuleStatus PacketRuleOf(
        string name, RuleState state, string? reason, string? place, PacketRule? rule, PacketRuleSnapshot? snapshot,
        PacketCounters? counters)
    {
        var totals = counters?.Totals ?? default;
        return new PacketRuleStatus
        {
            Rule = name,
            State = state.ToString().ToLowerInvariant(),
            Reason = reason,
            Place = place,
            Interface = rule?.Interface.Value,
            Interfaces = snapshot?.Attached ?? [],
            DryRun = rule?.DryRun ?? false,
            Denied = snapshot?.Denied ?? 0,
            Allowed = snapshot?.Allowed ?? 0,
            Packets = totals.Seen.Packets,
            Bytes = totals.Seen.Bytes,
            Passed = totals.Passed.Packets,
            Dropped = totals.Dropped.Packets,
            Spared = totals.Spared.Packets,
            NotIp = totals.NotIp.Packets,
            Malformed = totals.Malformed.Packets,
            Evicted = counters?.Evicted ?? 0,
            Logged = counters?.Logged ?? 0,
            Lost = counters?.Failed ?? 0,
        };
    }

    private static RuleStatus RuleOf(RuleSnapshot rule, RuleCounters? counters)
    {
        var totals = counters?.Totals() ?? default;
        var counts = totals.Counts;
        return new RuleStatus
        {
            Rule = rule.Rule,
            State = rule.State.ToString().ToLowerInvariant(),
            Reason = rule.Reason,
            Place = rule.Place.Length > 0 ? rule.Place : null,
            Binary = rule.Binary,
            Sites = rule.Sites,
            Calls = totals.Calls,
            Logged = counts.Logged,
            Filtered = counts.Filtered,
            Sampled = counts.Sampled,
            Limited = counts.Limited,
            Lost = counts.Lost,
            Unreturned = totals.Unreturned,
            CostPercent = rule.CostPercent is { } percent ? Math.Round(percent, 3) : null,
            CostNs = (long)(counters?.CostNs ?? 0),
            BudgetPercent = rule.BudgetPercent,
            LastEvent = counters?.LastEvent is > 0 and var time ? UtcText.ToDateTimeOffset(time).UtcDateTime : null,
            Latency = counters?.Latency is { } latency ? LatencyOf(latency) : null,
        };
    }

    private static LatencyStatus LatencyOf(LatencyHistogram latency)
    {
        var sum = latency.Sum;
        var counts = latency.Counts();
        var buckets = new List<LatencyBucket>();
        var first = Array.FindIndex(counts, count => count > 0);
        for (var i = first; i >= 0 && i <= Array.FindLastIndex(counts, count => count > 0); i++)
        {
            buckets.Add(new LatencyBucket(i == 0 ? 0 : 1ul << (i - 1), 1ul << i, counts[i]));
        }

        return new LatencyStatus(sum, buckets);
    }
}
