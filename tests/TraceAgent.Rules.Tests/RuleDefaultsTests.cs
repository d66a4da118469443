using System.Text;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

public class RuleDefaultsTests
{
    private static readonly RuleDefaults Defaults = new() { BudgetPercent = 5, LimitPerSecond = 100, Ttl = TimeSpan.FromHours(1) };

    [Fact]
    public void A_rule_takes_the_defaults_for_what_it_leaves_open()
    {
        var rule = Defaults.Complete(Read(""));

        Assert.Equal((5.0, 100, TimeSpan.FromHours(1)), (rule.BudgetPercent, rule.LimitPerSecond, rule.Ttl));
    }

    [Fact]
    public void What_a_rule_says_stands_and_none_lifts_a_default()
    {
        var own = Defaults.Complete(Read("budget: 2%, limit: 7/s, ttl: 1m"));
        var none = Defaults.Complete(Read("budget: none, limit: none, ttl: none"));

        Assert.Equal((2.0, 7, TimeSpan.FromMinutes(1)), (own.BudgetPercent, own.LimitPerSecond, own.Ttl));
        Assert.Equal((Rule.NoBudget, Rule.NoLimit, Rule.NoTtl), (none.BudgetPercent, none.LimitPerSecond, none.Ttl));
    }

    private static Rule Read(string keys) =>
        Assert.Single(
            RuleFileReader.Read("a.yaml", "/srv", Encoding.UTF8.GetBytes($"rules: [{{name: a, binary: b, symbol: c, {keys}}}]")).Rules);
}
