using TraceAgent.Engine.State;

namespace TraceAgent.Engine.AutoDetach;

/// <summary>The cost of one rule so far.</summary>
/// <param name="Budget">The budget of the rule.</param>
/// <param name="CostNs">ns of CPU that its hits took from the traced programs so far.</param>
/// <param name="BudgetPercent">The budget in percent of one CPU; null for none.</param>
internal sealed record RuleCost(RuleBudget Budget, double CostNs, double? BudgetPercent);

/// <summary>
/// Protects the host from careless rules: one that is over its budget for three seconds is suspended, and comes back after a
/// pause that doubles each time. Only decides; the caller passes the time, so that it can be tested.
/// </summary>
/// <param name="allPercent">The budget of all rules with a budget together, in percent of one CPU.</param>
internal sealed class BudgetGuard(double allPercent)
{
    private const int MaxSecondsOver = 3;

    private TimeSpan _last;
    private int _allOver;

    /// <summary>Notes that no rule has cost anything since the last call.</summary>
    public void Rest(TimeSpan now) => _last = now;

    /// <param name="costs">The costs of the attached rules that cost something, now or the last time.</param>
    /// <param name="now">The monotonic time; about a second after the last call.</param>
    public IReadOnlyList<Suspension> Check(IReadOnlyList<RuleCost> costs, TimeSpan now)
    {
        var elapsed = (now - _last).TotalNanoseconds;
        _last = now;
        var verdicts = new List<Suspension>();
        var used = new List<(RuleBudget Rule, double Percent)>();
        foreach (var (rule, costNs, budget) in costs)
        {
            var percent = rule.Charge(costNs, elapsed, budget);
            if (budget is null)
            {
                continue;
            }

            used.Add((rule, percent));
            if (rule.SecondsOver >= MaxSecondsOver)
            {
                verdicts.Add(rule.Suspend(budget.Value, ofAll: false, now));
            }
        }

        _allOver = used.Sum(one => one.Percent) > allPercent ? _allOver + 1 : 0;
        if (_allOver >= MaxSecondsOver && verdicts.Count == 0)
        {
            verdicts.Add(used.MaxBy(one => one.Percent).Rule.Suspend(allPercent, ofAll: true, now));
            _allOver = 0;
        }

        return verdicts;
    }
}
