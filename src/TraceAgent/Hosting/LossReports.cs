using System.Diagnostics;
using TraceAgent.Engine.Reading;
using TraceAgent.Events;

namespace TraceAgent.Hosting;

/// <summary>Reports in the stream, once per interval and rule, what was not logged since the last time.</summary>
internal sealed class LossReports(Func<IReadOnlyList<RuleCounters>> counters, WallClock clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, CallCounts> _reported = [];
    private long _last = Stopwatch.GetTimestamp();

    public IReadOnlyList<StreamEvent> Due()
    {
        if (Stopwatch.GetElapsedTime(_last) < Interval)
        {
            return [];
        }

        _last = Stopwatch.GetTimestamp();
        return Now();
    }

    /// <summary>The reports, whether it is time for them or not.</summary>
    public IReadOnlyList<StreamEvent> Now()
    {
        // Calls that a condition left out were not asked for: they are in a report, but no reason for one.
        var reports = new List<StreamEvent>();
        foreach (var rule in counters())
        {
            var counts = rule.Totals().Counts;
            var since = counts - _reported.GetValueOrDefault(rule.Rule);
            if (since.Missing > 0)
            {
                reports.Add(AgentEvents.Loss(rule.Rule, since, clock.UtcNow));
            }

            _reported[rule.Rule] = counts;
        }

        return reports;
    }
}
