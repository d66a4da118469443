using System.Globalization;

namespace TraceAgent.Engine.Guards;

/// <summary>The cost of one rule so far.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="CostNs">ns of CPU that its hits took from the traced programs so far.</param>
/// <param name="BudgetPercent">The budget in percent of one CPU; null for none.</param>
internal sealed record RuleCost(string Rule, double CostNs, double? BudgetPercent);

/// <summary>A rule that costs too much.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="UsedPercent">The cost in percent of one CPU, over the last second.</param>
/// <param name="BudgetPercent">The budget; that of all rules together when <paramref name="OfAll"/>.</param>
/// <param name="OfAll">The rules together are over their budget, and this one costs most.</param>
/// <param name="Pause">The time until it is tried again.</param>
public readonly record struct Suspension(string Rule, double UsedPercent, double BudgetPercent, bool OfAll, TimeSpan Pause)
{
    /// <param name="left">The rest of the pause.</param>
    public string Describe(TimeSpan left) => string.Create(
        CultureInfo.InvariantCulture,
        $"it costs {UsedPercent:0.#} % of a CPU and {(OfAll ? "all rules together may use" : "its budget is")} {BudgetPercent:0.#} %; it " +
            $"is tried again in {left.TotalSeconds:0} s");
}

/// <summary>
/// Protects the host from careless rules: one that is over its budget for three seconds is suspended, and comes back after a
/// pause that doubles each time. Only decides; the caller passes the time, so that it can be tested.
/// </summary>
/// <param name="allPercent">The budget of all rules with a budget together, in percent of one CPU.</param>
internal sealed class BudgetGuard(double allPercent)
{
    private const int MaxSecondsOver = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, State> _rules = [];
    private TimeSpan _last;
    private int _allOver;

    /// <param name="costs">The costs of all attached rules.</param>
    /// <param name="now">The monotonic time; about a second after the last call.</param>
    public IReadOnlyList<Suspension> Judge(IReadOnlyList<RuleCost> costs, TimeSpan now)
    {
        var elapsed = (now - _last).TotalNanoseconds;
        _last = now;
        var verdicts = new List<Suspension>();
        var used = new List<(RuleCost Cost, double Percent)>();
        foreach (var cost in costs)
        {
            var state = StateOf(cost.Rule);
            var percent = state.Seen && cost.CostNs >= state.CostNs ? 100 * (cost.CostNs - state.CostNs) / elapsed : 0;
            (state.Seen, state.CostNs, state.Percent) = (true, cost.CostNs, percent);
            if (cost.BudgetPercent is not { } budget)
            {
                continue;
            }

            used.Add((cost, percent));
            state.Over = percent > budget ? state.Over + 1 : 0;
            if (state.Over >= MaxSecondsOver)
            {
                verdicts.Add(new Suspension(cost.Rule, percent, budget, OfAll: false, Suspend(state, now)));
                state.Last = verdicts[^1];
            }
        }

        _allOver = used.Sum(one => one.Percent) > allPercent ? _allOver + 1 : 0;
        if (_allOver >= MaxSecondsOver && verdicts.Count == 0)
        {
            var (cost, percent) = used.MaxBy(one => one.Percent);
            verdicts.Add(new Suspension(cost.Rule, percent, allPercent, OfAll: true, Suspend(StateOf(cost.Rule), now)));
            StateOf(cost.Rule).Last = verdicts[^1];
            _allOver = 0;
        }

        return verdicts;
    }

    public bool IsSuspended(string rule, TimeSpan now) => _rules.TryGetValue(rule, out var state) && now < state.Until;

    /// <summary>The reason why the rule is suspended; null when it is not.</summary>
    public string? WhySuspended(string rule, TimeSpan now) =>
        IsSuspended(rule, now) ? _rules[rule].Last.Describe(_rules[rule].Until - now) : null;

    /// <summary>The cost in percent of one CPU over the last second; null while the rule is not attached, or not judged yet.</summary>
    public double? UsedPercent(string rule) => _rules.TryGetValue(rule, out var state) && state.Seen ? state.Percent : null;

    /// <summary>Forgets a rule that was edited or removed: it starts again.</summary>
    public void Forget(string rule) => _rules.Remove(rule);

    private static TimeSpan Suspend(State state, TimeSpan now)
    {
        // A rule that was good for as long as the longest pause is forgiven.
        state.Pause = state.Pause == TimeSpan.Zero || now - state.Until > MaxPause
            ? FirstPause
            : TimeSpan.FromTicks(Math.Min(state.Pause.Ticks * 2, MaxPause.Ticks));
        state.Until = now + state.Pause;
        (state.Over, state.Seen) = (0, false);
        return state.Pause;
    }

    private State StateOf(string rule)
    {
        if (!_rules.TryGetValue(rule, out var state))
        {
            _rules[rule] = state = new State();
        }

        return state;
    }

    private sealed class State
    {
        public bool Seen { get; set; }

        public double CostNs { get; set; }

        public double Percent { get; set; }

        public Suspension Last { get; set; }

        public int Over { get; set; }

        public TimeSpan Pause { get; set; }

        public TimeSpan Until { get; set; }
    }
}
