using System.Reflection;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Ring;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Engine;
using TraceAgent.Engine.Counters;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Watching;
using TraceAgent.Events;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Status;

/// <summary>Collects the agent's status. Any thread may ask.</summary>
internal sealed class StatusSource
{
    private readonly DateTime _started = DateTime.UtcNow;

    /// <summary>The table of all rules.</summary>
    public required RuleTable Rules { get; init; }

    /// <summary>Gets the counters of all rules that there have been.</summary>
    public required Func<IReadOnlyList<RuleCounters>> Counters { get; init; }

    /// <summary>The table of all packet rules.</summary>
    public required PacketRuleTable PacketRules { get; init; }

    /// <summary>Gets the counters of all packet rules that there have been.</summary>
    public required Func<IReadOnlyList<PacketCounters>> PacketCounters { get; init; }

    /// <summary>The ring between kernel and agent.</summary>
    public required RingReader Ring { get; init; }

    /// <summary>Gets the way in which probes are attached.</summary>
    public required Func<AttachMethod> Method { get; init; }

    /// <summary>Gets the status of all outputs.</summary>
    public required Func<IReadOnlyList<OutputStatus>> Outputs { get; init; }

    /// <summary>The budget of all rules in percent of one CPU; infinite for none.</summary>
    public required double TotalBudgetPercent { get; init; }

    public AgentStatus Take()
    {
        // Rules first: one that comes meanwhile is in the next status, and none is shown twice.
        var published = Rules.Published;
        var byName = Counters().ToDictionary(one => one.Rule);
        var rules = published.Rules.Select(rule => RuleOf(rule, byName.GetValueOrDefault(rule.Rule))).ToList();
        var known = published.Rules.Select(rule => rule.Rule).ToHashSet();
        rules.AddRange(byName.Values.Where(one => !known.Contains(one.Rule)).Select(one =>
            RuleOf(new RuleSnapshot { Rule = one.Rule, State = RuleState.Removed, Reason = "it is not in the rule files any more" }, one)));
        return new AgentStatus
        {
            Version = AgentStatus.CurrentVersion,
            Agent = new AgentIdentity(
                ProgramVersion.Text, Environment.ProcessId, _started, Method() == AttachMethod.Multi ? "uprobe_multi" : "perf_event"),
            Ring = new RingStatus(Ring.Bytes, Ring.UsedBytes),
            Cost = new CostStatus(
                Math.Round(rules.Sum(rule => rule.CostPercent ?? 0), 3),
                double.IsFinite(TotalBudgetPercent) ? TotalBudgetPercent : null,
                published.MeasuresPrograms),
            Outputs = Outputs(),
            Reloads = published.Reloads,
            RejectedFiles = published.Rejected,
            Rules = rules,
            Packets = PacketStatuses(published.PacketErrors),
        };
    }

    private List<PacketRuleStatus> PacketStatuses(IReadOnlyList<RuleError> errors)
    {
        var byName = PacketCounters().ToDictionary(one => one.Rule);
        var rejected = errors.ToDictionary(error => error.Rule!.Value);
        var rules = new List<PacketRuleStatus>();
        foreach (var snapshot in PacketRules.Published)
        {
            var rule = snapshot.Rule;
            rejected.Remove(rule.Name.Value, out var error);
            byName.Remove(rule.Name.Value, out var counters);
            rules.Add(StatusOf(rule.Name.Value, snapshot.State, error?.Reason ?? snapshot.Reason, counters) with
            {
                File = rule.Name.At.File,
                Line = rule.Name.At.Line,
                Interface = rule.Interface.Value,
                Interfaces = snapshot.Attached,
                DryRun = rule.DryRun,
                Denied = snapshot.Denied,
                Allowed = snapshot.Allowed,
            });
        }

        foreach (var (name, error) in rejected)
        {
            byName.Remove(name, out var counters);
            var at = error.Rule!.At;
            rules.Add(StatusOf(name, RuleState.Rejected, error.Reason, counters) with { File = at.File, Line = at.Line });
        }

        rules.AddRange(byName.Values.Select(counters =>
            StatusOf(counters.Rule, RuleState.Removed, "it is not in the rule files any more", counters)));
        return rules;
    }

    private static PacketRuleStatus StatusOf(string name, RuleState state, string? reason, PacketCounters? counters)
    {
        var totals = counters?.Totals ?? default;
        return new PacketRuleStatus
        {
            Rule = name,
            State = state.ToString().ToLowerInvariant(),
            Reason = reason,
            Interfaces = [],
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
            File = rule.Place?.File,
            Line = rule.Place?.Line,
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
            Latency = counters?.Durations() is { IsEmpty: false } durations ? LatencyOf(durations) : null,
        };
    }

    private static LatencyStatus LatencyOf(DurationCounts durations)
    {
        long[] counts = [.. durations.Buckets];
        var buckets = new List<LatencyBucket>();
        var last = Array.FindLastIndex(counts, count => count > 0);
        for (var i = Array.FindIndex(counts, count => count > 0); i <= last; i++)
        {
            buckets.Add(new LatencyBucket(i == 0 ? 0 : 1ul << (i - 1), 1ul << i, counts[i]));
        }

        return new LatencyStatus(durations.SumNs, buckets);
    }
}
