using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Tests.Reconciling;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Tests.State;

public class RuleTableTests
{
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(1);

    private readonly RuleTable _table = new();

    [Fact]
    public void A_rule_that_waits_is_pending_with_what_it_waits_for()
    {
        Take([new RuleProbe(Rule("ttl: 1h"), null)], missing: "there is no /srv/shop/bin/shop");

        Assert.Equal((RuleState.Pending, "there is no /srv/shop/bin/shop yet"), StateOf());
        Assert.Equal(1, _table.Pending);
    }

    [Fact]
    public void A_rule_of_which_no_text_was_ever_valid_is_rejected_with_its_first_error()
    {
        Take([], error: "rules.yaml:2:5: error TA103: unknown key 'symbl'");

        Assert.Equal((RuleState.Rejected, "rules.yaml:2:5: error TA103: unknown key 'symbl'"), StateOf());
    }

    [Fact]
    public void What_is_published_does_not_change_until_it_is_published_again()
    {
        Take([Given.Desired(Rule("ttl: 1h"))]);
        var published = _table.Published;

        Take([]);

        Assert.Single(published.Rules);
        Assert.Empty(_table.Published.Rules);
        Assert.Null(_table.Find("add"));
    }

    [Fact]
    public void A_rule_whose_time_is_over_is_not_admitted_until_it_is_edited()
    {
        Take([Given.Desired(Rule("ttl: 1h"))]);
        var rule = _table.Find("add")!;

        Assert.True(rule.Lifetime.Ends(TimeSpan.FromHours(1), Now + TimeSpan.FromHours(1)));
        Take([Given.Desired(Rule("ttl: 1h"))]);
        Assert.False(rule.IsAdmitted(Now));
        Assert.Equal(RuleState.Expired, StateOf().State);

        Take([Given.Desired(Rule("ttl: 2h"))]);
        Assert.True(rule.IsAdmitted(Now));
    }

    [Fact]
    public void A_rule_under_suspicion_stays_off_until_it_is_edited_and_the_reason_is_published()
    {
        Take([Given.Desired(Rule("ttl: 1h"))]);
        _table.Find("add")!.Suspicion = "harm suspected: 3 ends by SIGSEGV";

        Take([Given.Desired(Rule("ttl: 1h"))]);
        Assert.Equal((RuleState.Suspended, "harm suspected: 3 ends by SIGSEGV"), StateOf());
        Assert.False(_table.Find("add")!.IsAdmitted(Now));

        Take([Given.Desired(Rule("ttl: 1h, level: warning"))]);
        Assert.True(_table.Find("add")!.IsAdmitted(Now));
    }

    [Fact]
    public void A_refusal_of_the_kernel_is_forgotten_with_the_rule()
    {
        var desired = Given.Desired(Rule("ttl: 1h"));
        Take([desired]);
        _table.Find("add")!.Refusal = (desired.Probe!, "attach uprobe: EPERM");
        Take([desired]);
        Assert.Equal((RuleState.Refused, "attach uprobe: EPERM"), StateOf());

        Take([]);
        Take([desired]);
        Assert.Null(_table.Find("add")!.Refusal);
    }

    private static TraceAgent.Rules.Rule Rule(string keys) => Given.Rule($"name: add, binary: bin/shop, symbol: AddNum, {keys}");

    private void Take(RuleProbe[] desired, string? missing = null, string? error = null)
    {
        var waits = missing is null ? [] : new Dictionary<string, string> { ["add"] = missing };
        var name = new Located<string>("add", new SourceSpan("rules.yaml", 2, 5, 3));
        _table.Take(desired, waits, error is null ? [] : [new RuleError("rules.yaml", name, error)], Now);
        _table.Publish(measuresPrograms: true, Now);
    }

    private (RuleState State, string? Reason) StateOf()
    {
        var rule = Assert.Single(_table.Published.Rules);
        return (rule.State, rule.Reason);
    }
}
