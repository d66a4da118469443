using TraceAgent.Engine.AutoDetach;
using TraceAgent.Engine.State;

namespace TraceAgent.Engine.Tests.Reconciling;

public class BudgetGuardTests
{
    private readonly BudgetGuard _guard = new(50);
    private readonly Dictionary<string, double> _costNs = [];
    private readonly Dictionary<string, RuleBudget> _rules = [];
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void A_rule_over_its_budget_for_three_seconds_is_suspended_and_told_why()
    {
        Second(("a", 0, 20));
        Assert.Empty(Second(("a", 30, 20)));
        Assert.Empty(Second(("a", 30, 20)));

        var verdict = Assert.Single(Second(("a", 30, 20)));

        Assert.Equal(("a", 30, 20.0, false), (verdict.Rule, Math.Round(verdict.UsedPercent), verdict.BudgetPercent, verdict.OfAll));
        Assert.Equal("it costs 30 % of a CPU and its budget is 20 %; it is tried again in 4 s", _rules["a"].WhySuspended(
            _now + TimeSpan.FromSeconds(6)));
        Assert.Null(_rules["a"].WhySuspended(_now + TimeSpan.FromSeconds(10)));
        Assert.Null(_rules["a"].UsedPercent);
    }

    [Fact]
    public void Rules_within_their_own_budgets_are_still_held_to_that_of_all()
    {
        Second(("a", 0, 40), ("b", 0, 40), ("free", 0, null));
        Second(("a", 25, 40), ("b", 30, 40), ("free", 90, null));
        Second(("a", 25, 40), ("b", 30, 40), ("free", 90, null));

        var verdict = Assert.Single(Second(("a", 25, 40), ("b", 30, 40), ("free", 90, null)));

        Assert.Equal(("b", true, 50.0), (verdict.Rule, verdict.OfAll, verdict.BudgetPercent));
        Assert.Equal(90, _rules["free"].UsedPercent!.Value, 3);
    }

    [Fact]
    public void Without_a_budget_for_all_they_are_not()
    {
        var guard = new BudgetGuard(double.PositiveInfinity);
        var (a, b) = (new RuleBudget("a"), new RuleBudget("b"));
        for (var second = 0; second < 10; second++)
        {
            Assert.Empty(guard.Check([
                new RuleCost(a, second * 390e6, 40), new RuleCost(b, second * 390e6, 40)], TimeSpan.FromSeconds(second + 1)));
        }
    }

    [Fact]
    public void A_pause_in_which_no_rule_cost_anything_hides_none_of_the_cost_after_it()
    {
        Second(("a", 0, 20));
        _now += TimeSpan.FromMinutes(1);
        _guard.Rest(_now);
        Second(("a", 30, 20));
        Assert.Equal(30, _rules["a"].UsedPercent!.Value, 3);
        Second(("a", 30, 20));

        Assert.Single(Second(("a", 30, 20)));
    }

    [Fact]
    public void A_rule_is_at_rest_when_it_was_judged_and_has_cost_nothing()
    {
        Assert.False(new RuleBudget("a").IsAtRest);
        Second(("a", 0, 20));
        Assert.True(_rules["a"].IsAtRest);
        Second(("a", 5, 20));
        Assert.False(_rules["a"].IsAtRest);
        Second(("a", 0, 20));
        Assert.True(_rules["a"].IsAtRest);
    }

    private IReadOnlyList<Suspension> Second(params (string Rule, double Percent, double? Budget)[] rules)
    {
        _now += TimeSpan.FromSeconds(1);
        foreach (var (rule, _, _) in rules)
        {
            _rules.TryAdd(rule, new RuleBudget(rule));
        }

        return _guard.Check(
            [.. rules.Select(one => new RuleCost(
                _rules[one.Rule], _costNs[one.Rule] = _costNs.GetValueOrDefault(one.Rule) + (one.Percent * 1e7), one.Budget))], _now);
    }
}
