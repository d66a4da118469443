using System.Diagnostics;
using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>How often and how long a rule logs is decided in the kernel, and counted.</summary>
public sealed class LimitTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void A_sample_is_about_as_large_as_asked_for_and_the_rest_is_counted(AttachMethod method)
    {
        const int calls = 20_000;
        using var agent = Start(method, Rule("sampled", "on: call", "sample: 1/20"), Rule("every", "sample: 1/1"));
        using var ticker = TracedProgram.Start(_program);

        ticker.Ask($"{calls}");

        agent.WaitForEvents("every", calls);
        agent.Stop();
        var logged = agent.Events("sampled").Count;
        // 1,000 are expected; the standard deviation is 31.
        Assert.InRange(logged, 700, 1300);
        Assert.Equal(new Totals(calls, logged, 0) { Sampled = calls - logged }, agent.Totals("sampled"));
        Assert.Equal(new Totals(calls, calls, 0), agent.Totals("every"));
        // At random: gaps of one length only would be every twentieth call.
        Assert.True(agent.Events("sampled").Zip(agent.Events("sampled").Skip(1), (a, b) => b.Arg(1) - a.Arg(1)).Distinct().Count() > 10);
        AssertUnharmed(ticker, calls);
    }

    [Theory, BothWays]
    public void A_limit_lets_a_burst_through_and_then_its_rate(AttachMethod method)
    {
        const int rate = 50;
        const int calls = 20_000;
        using var agent = Start(method, Rule("limited", "on: call", $"limit: {rate}/s"), Rule("unlimited", "limit: none"));
        using var ticker = TracedProgram.Start(_program);

        var clock = Stopwatch.StartNew();
        ticker.Ask($"{calls - 1000}");
        Thread.Sleep(TimeSpan.FromSeconds(1));
        ticker.Ask("1000");
        var most = (2 * rate) + (rate * clock.Elapsed.TotalSeconds) + 1;

        agent.WaitForEvents("unlimited", calls);
        agent.Stop();
        var logged = agent.Events("limited").Count;
        // The burst, and what a second of silence gave back.
        Assert.InRange(logged, 3 * rate, (int)most);
        Assert.Equal(new Totals(calls, logged, 0) { Limited = calls - logged }, agent.Totals("limited"));
        Assert.Equal(Enumerable.Range(1, 2 * rate)
            .Select(number => (long)number), agent.Events("limited").Take(2 * rate).Select(line => line.Arg(1)));
        Assert.Equal(new Totals(calls, calls, 0), agent.Totals("unlimited"));
        AssertUnharmed(ticker, calls);
    }

    [Fact]
    public void A_condition_then_a_sample_then_a_limit_balance_in_the_counters()
    {
        const int calls = 20_000;
        using var agent = Start(AttachMethod.Multi, Rule("all", "on: call", "when: arg1 % 4 == 1", "sample: 1/2", "limit: 100/s"));
        using var ticker = TracedProgram.Start(_program);

        ticker.Ask($"{calls}");

        agent.Stop();
        var totals = agent.Totals("all");
        Assert.Equal((calls, calls * 3 / 4, 0L), (totals.Calls, totals.Filtered, totals.Lost));
        Assert.InRange(totals.Sampled, 1, calls / 4);
        Assert.True(totals.Limited > 0, "nothing was limited");
        Assert.Equal(agent.Events("all").Count, totals.Logged);
        Assert.Equal(calls, totals.Logged + totals.Filtered + totals.Sampled + totals.Limited);
        Assert.All(agent.Events("all"), line => Assert.Equal(1, line.Arg(1) % 4));
    }

    [Theory, BothWays]
    public void A_rule_that_is_edited_does_not_get_a_second_burst(AttachMethod method)
    {
        const int rate = 5;
        using var agent = Start(method, Rule("limited", $"limit: {rate}/s", "format: 'before'"));
        using var ticker = TracedProgram.Start(_program);
        var clock = Stopwatch.StartNew();
        ticker.Ask("1000");
        agent.WaitForEvents("limited", 2 * rate);

        _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(
            "limited", _program, "Tick", "args: 2", "on: call", "budget: none", $"limit: {rate}/s", "format: 'after'")));
        // The new probe is there when it logs what the rate gives it.
        var calls = 1000;
        Eventually.True(
            () =>
            {
                ticker.Ask("1");
                calls++;
                return agent.Events("limited").Any(line => line.Message == "after");
            },
            "the edited rule",
            agent.Dump);
        ticker.Ask("1000");
        calls += 1000;
        var most = (2 * rate) + (rate * clock.Elapsed.TotalSeconds) + 1;

        agent.Stop();
        var totals = agent.Totals("limited");
        Assert.InRange(totals.Logged, (2 * rate) + 1, (long)most);
        Assert.Equal(new Totals(calls, totals.Logged, 0) { Limited = calls - totals.Logged }, totals);
        AssertUnharmed(ticker, calls);
    }

    [Theory, BothWays]
    public void A_rule_whose_time_is_over_says_so_and_leaves(AttachMethod method)
    {
        using var agent = Start(method, Rule("mortal", "ttl: 2s"), Rule("immortal", "ttl: none"));
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask("3");
        agent.WaitForEvents("mortal", 3);

        Eventually.True(() => Statements(agent, "mortal", "expired").Count == 1, "the rule to expire", agent.Dump);
        agent.WaitForMessage("expired");
        // The statement comes before the probe is gone: later calls that are logged are logged once.
        Eventually.True(
            () =>
            {
                var before = agent.Events("mortal").Count;
                var calls = Number(ticker.Ask("10"));
                Eventually.True(() => agent.Events("immortal").Count == calls, "all calls", agent.Dump);
                return agent.Events("mortal").Count == before;
            },
            "the rule to leave",
            agent.Dump);
        Assert.Empty(Statements(agent, "immortal", "expired"));

        // Edited, it begins anew.
        _workspace.Write("rules.yaml", RuleText.File(Rule("mortal", "ttl: 1h"), Rule("immortal", "ttl: none")));
        var left = agent.Events("mortal").Count;
        Eventually.True(
            () =>
            {
                ticker.Ask("1");
                return agent.Events("mortal").Count > left;
            },
            "the edited rule",
            agent.Dump);
        agent.Stop();
    }

    [Fact]
    public void A_rule_over_its_budget_is_suspended_and_comes_back_and_the_program_is_unharmed()
    {
        using var agent = Start(
            AttachMethod.Multi, Rule("spender", "limit: 10/s", "on: entry").Replace("budget: none", "budget: 1%", StringComparison.Ordinal),
            Rule("lifted", "limit: 10/s"));
        using var ticker = TracedProgram.Start(_program);

        ticker.WriteLine("go 10");

        Eventually.True(() => Statements(agent, "spender", "suspended").Count == 1, "the suspension", agent.Dump);
        agent.WaitForMessage("suspended");
        ticker.WriteLine("0");
        var suspended = Number(ticker.ReadLine());
        // Nobody is busy any more, so that it stays when it is back.
        var attached = Statements(agent, "spender", "attached").Count;
        Eventually.True(() => Statements(agent, "spender", "attached").Count > attached, "the return", agent.Dump);
        ticker.Ask("1");
        var back = agent.Events("spender").Count;
        Eventually.True(() => agent.Events("spender").Any(line => line.Arg(1) > suspended), "a call after the return", agent.Dump);

        agent.Stop();
        Assert.Empty(Statements(agent, "lifted", "suspended"));
        Assert.Equal(suspended + 1, agent.Totals("lifted").Calls);
        var totals = agent.Totals("spender");
        Assert.InRange(totals.Calls, back, suspended + 1);
        Assert.Equal(totals.Calls, totals.Logged + totals.Limited);
        AssertUnharmed(ticker, suspended + 1);
    }

    private static IReadOnlyList<EventLine> Statements(AgentProcess agent, string rule, string action) =>
        [.. agent.Lines.Where(line => line.Event == "agent" && line.Rule == rule && line.Json.GetProperty("action").GetString() == action)];

    private static long Number(string line) => long.Parse(line, CultureInfo.InvariantCulture);

    private static void AssertUnharmed(TracedProgram ticker, long calls) =>
        Assert.Equal($"{calls} {3 * calls * (calls + 1) / 2}\n", ticker.Finish());

    private string Rule(string name, params string[] lines) =>
        RuleText.Rule(name, _program, "Tick", ["args: 1", "budget: none", .. lines]);

    private AgentProcess Start(AttachMethod method, params string[] rules) =>
        AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(rules)), "--ring-size", "33554432");
}
