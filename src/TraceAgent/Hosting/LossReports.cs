using System.Diagnostics;
using Serilog.Events;
using TraceAgent.Events;
using TraceAgent.Reconciling;

namespace TraceAgent.Hosting;

/// <summary>Says in the stream, once per interval and rule, what was not logged since the last time.</summary>
internal sealed class LossReports(Func<IReadOnlyList<RuleBooks>> books, WallClock clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, RuleTotals> _reported = [];
    private long _last = Stopwatch.GetTimestamp();

    public IEnumerable<LogEvent> Due()
    {
        if (Stopwatch.GetElapsedTime(_last) < Interval)
        {
            return [];
        }

        _last = Stopwatch.GetTimestamp();
        return Now();
    }

    private List<LogEvent> Now()
    {
        var reports = new List<LogEvent>();
        foreach (var rule in books())
        {
            var totals = rule.Totals();
            var before = _reported.GetValueOrDefault(rule.Rule);
            _reported[rule.Rule] = totals;
            if (totals.Lost > before.Lost)
            {
                var counts = new CallCounts(totals.Logged - before.Logged, 0, 0, 0, totals.Lost - before.Lost);
                reports.Add(AgentEvents.Loss(rule.Rule, counts, clock.UtcNow));
            }
        }

        return reports;
    }
}
