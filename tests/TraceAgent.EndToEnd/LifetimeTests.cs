namespace TraceAgent.EndToEnd;

/// <summary>What the agent puts into the kernel leaves with it, whatever its end; agents do not disturb each other.</summary>
public sealed class LifetimeTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");
    private readonly string _rules;

    public LifetimeTests() => _rules = _workspace.Write("rules.yaml", RuleText.File(
        RuleText.Rule("at-entry", _program, "Tick", "args: 2"),
        RuleText.Rule("whole-call", _program, "Tick", "args: 2", "on: call")));

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Links_are_of_the_kind_that_was_asked_for(AttachMethod method)
    {
        using var agent = AgentProcess.Start(method, _rules);

        var kinds = KernelObjects.Of(agent.Pid).LinkKinds;

        // The kernel tells entry and return apart: uprobe_multi, uretprobe_multi.
        Assert.NotEmpty(kinds);
        Assert.All(kinds, kind => Assert.Equal(
            method == AttachMethod.Multi, kind.EndsWith("probe_multi", StringComparison.Ordinal)));
        agent.Stop();
    }

    [Theory, BothWays]
    public void Nothing_is_left_in_the_kernel_after_SIGTERM(AttachMethod method) =>
        AssertNothingLeft(method, agent => agent.Stop());

    [Theory, BothWays]
    public void Nothing_is_left_in_the_kernel_after_SIGKILL(AttachMethod method) =>
        AssertNothingLeft(method, agent => agent.Kill());

    [Theory, BothWays]
    public void SIGINT_ends_as_SIGTERM_does(AttachMethod method)
    {
        using var agent = AgentProcess.Start(method, _rules);
        agent.Interrupt();
        agent.AssertEnds(exitCode: 0);
        Assert.Equal(new Totals(0, 0, 0), agent.Totals("at-entry"));
    }

    [Fact]
    public void A_second_agent_on_one_rolling_file_is_refused_and_one_after_a_killed_agent_is_not()
    {
        var file = _workspace["events.json"];
        var configuration = _workspace.Write("agent.yaml", $"outputs:\n  - file:\n      path: {file}\n      roll:\n        size: 1MB\n");
        var start = new AgentStart(AttachMethod.Multi, _rules) { Output = "", Options = ["--config", configuration] };
        using var one = AgentProcess.Start(start);

        var second = Command.Run(Repository.Agent, "run", "--rules", _rules, "--socket", "none", "--config", configuration);

        Assert.Equal(
            (1, true),
            (second.ExitCode, second.Errors.Contains($"open {file}: another process writes to it", StringComparison.Ordinal)));
        one.Kill();
        using var next = AgentProcess.Start(start);
        next.Stop();
    }

    [Theory, BothWays]
    public void Rules_at_one_place_log_in_the_order_of_their_files(AttachMethod method)
    {
        const int calls = 20;
        string[] names = ["zebra", "middle", "apple", "last"];
        _workspace.Folder("rules");
        string Rules(string add, params string[] some) =>
            RuleText.File([.. some.Select(name => RuleText.Rule(name, _program, "Tick", $"args: {add}", "on: both"))]);
        _workspace.Write("rules/1.yaml", Rules("1", "zebra", "middle", "apple"));
        _workspace.Write("rules/2.yaml", Rules("1", "last"));
        using var agent = AgentProcess.Start(method, _workspace["rules"]);
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask($"{calls}");
        agent.WaitForEvents("zebra", 2 * calls);
        Assert.All(names, name => agent.WaitForEvents(name, 2 * calls));
        IEnumerable<string?> Order() => agent.Lines.Where(line => line.Event is "entry" or "return").Select(line => line.Rule);
        Assert.Equal(Enumerable.Repeat(names, 2 * calls).SelectMany(one => one), Order());
        Assert.Equal(
            names,
            agent.Messages.Where(message => message.Contains("rule attached: ", StringComparison.Ordinal))
                .Select(message => message.Split("rule attached: ")[1].Split(' ')[0]));

        // All that an edit replaces is in this order again.
        _workspace.Write("rules/2.yaml", "rules: []\n");
        _workspace.Write("rules/1.yaml", Rules("2", "middle", "apple", "zebra"));
        agent.WaitForMessage("rule replaced: ", 3);
        agent.WaitForMessage("rule detached: last");
        var before = agent.Lines.Count(line => line.Event is "entry" or "return");
        ticker.Ask($"{calls}");
        Assert.All(names[..3], name => agent.WaitForEvents(name, 4 * calls));
        agent.Stop();
        Assert.Equal(Enumerable.Repeat<string[]>(["middle", "apple", "zebra"], 2 * calls).SelectMany(one => one), Order().Skip(before));
    }

    [Theory, BothWays]
    public void Two_agents_on_one_function_both_log_every_call(AttachMethod method)
    {
        using var one = AgentProcess.Start(method, _rules);
        using var two = AgentProcess.Start(method, _rules);
        using var ticker = TracedProgram.Start(_program);

        ticker.Ask("500");

        foreach (var agent in new[] { one, two })
        {
            agent.WaitForEvents("at-entry", 500);
            agent.WaitForEvents("whole-call", 500);
        }

        one.Stop();
        ticker.Ask("100");
        two.WaitForEvents("whole-call", 600);
        two.Stop();
        AssertNumbered(one, 500);
        AssertNumbered(two, 600);
        Assert.Equal("600 540900\n", ticker.Finish());
    }

    private static void AssertNumbered(AgentProcess agent, int calls)
    {
        foreach (var rule in new[] { "at-entry", "whole-call" })
        {
            Assert.Equal(Enumerable.Range(1, calls).Select(call => (long)call), agent.Events(rule).Select(line => line.Arg(1)));
            Assert.Equal(new Totals(calls, calls, 0), agent.Totals(rule));
        }
    }

    private void AssertNothingLeft(AttachMethod method, Action<AgentProcess> end)
    {
        using var ticker = TracedProgram.Start(_program);
        using var agent = AgentProcess.Start(method, _rules);
        ticker.Ask("10");
        agent.WaitForEvents("whole-call", 10);
        var held = KernelObjects.Of(agent.Pid);
        Assert.NotEmpty(held.Links);
        Assert.NotEmpty(held.Maps);
        Assert.NotEmpty(held.ProgramNames());
        Assert.All(held.ProgramNames(), name => Assert.StartsWith("ta_", name, StringComparison.Ordinal));

        end(agent);

        held.AssertGone();
        Assert.Equal("20", ticker.Ask("10"));
        Assert.Equal("20 630\n", ticker.Finish());
    }
}
