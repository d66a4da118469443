using System.Runtime.CompilerServices;
using TraceAgent.Engine.Counters;
using TraceAgent.Events;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Statements;

namespace TraceAgent.Hosting;

/// <summary>Reports in the stream, once per rule, what was not logged since the last time.</summary>
internal sealed class LossReports(Func<IReadOnlyList<RuleCounters>> counters, WallClock clock)
{
    private readonly ConditionalWeakTable<RuleCounters, StrongBox<CallCounts>> _reported = [];

    /// <summary>The reports of the rules that have counted something since the last call.</summary>
    public IReadOnlyList<StreamEvent> Now()
    {
        // Calls that a condition left out were not asked for: they are in a report, but no reason for one.
        var reports = new List<StreamEvent>();
        foreach (var rule in counters().Where(rule => rule.TakeChange()))
        {
            var counts = rule.Totals().Counts;
            var reported = _reported.GetOrCreateValue(rule);
            var since = counts - reported.Value;
            if (since.Missing > 0)
            {
                reports.Add(AgentEvents.Loss(rule.Rule, since, clock.UtcNow));
            }

            reported.Value = counts;
        }

        return reports;
    }
}
