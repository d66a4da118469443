using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>The active rules follow the binaries: missing, arriving, replaced, overwritten.</summary>
public sealed class TargetTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _target;
    private readonly string _rules;

    public TargetTests()
    {
        _target = _workspace["ticker"];
        _rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("tick", _target, "Tick", "args: 1", "on: call", "format: '{ret}'")));
    }

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void A_missing_binary_is_pending_and_traced_when_it_appears(AttachMethod method)
    {
        using var agent = AgentProcess.Start(method, _rules);
        agent.WaitForMessage("pending");

        _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var ticker = TracedProgram.Start(_target);

        CallUntilLogged(agent, ticker);
        agent.Stop();
    }

    [Fact]
    public void A_missing_folder_of_the_binary_is_pending_too()
    {
        _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("tick", _workspace["a/b/ticker"], "Tick", "args: 1")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, _rules);
        agent.WaitForMessage("pending");

        _workspace.Folder("a/b");
        _workspace.Install(TracedProgram.Compile("ticker"), "a/b/ticker");
        using var ticker = TracedProgram.Start(_workspace["a/b/ticker"]);

        CallUntilLogged(agent, ticker);
        agent.Stop();
    }

    [Theory, BothWays]
    public void A_binary_replaced_by_rename_is_traced_in_old_and_new_processes(AttachMethod method)
    {
        _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var agent = AgentProcess.Start(method, _rules);
        using var old = TracedProgram.Start(_target);
        CallUntilLogged(agent, old);

        _workspace.Install(TracedProgram.Compile("ticker", "-DSHIFTED", "-DFACTOR=4"), "ticker");
        using var replaced = TracedProgram.Start(_target);
        CallUntilLogged(agent, replaced);

        var before = agent.Events("tick").Count;
        var oldCalls = Number(old.Ask("10"));
        var newCalls = Number(replaced.Ask("10"));
        agent.WaitForEvents("tick", before + 20);
        agent.Stop();
        AssertResults(agent, old, oldCalls, factor: 3);
        AssertResults(agent, replaced, newCalls, factor: 4);
        Assert.Equal(before + 20, agent.Events("tick").Count);
        old.Finish();
        replaced.Finish();
    }

    [Theory, BothWays]
    public void A_binary_overwritten_in_place_is_detached_and_resolved_again(AttachMethod method)
    {
        _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var agent = AgentProcess.Start(method, _rules);
        using (var old = TracedProgram.Start(_target))
        {
            CallUntilLogged(agent, old);
            old.Finish();
        }

        var links = KernelObjects.Of(agent.Pid).Links;
        Assert.NotEmpty(links);
        File.WriteAllBytes(_target, File.ReadAllBytes(TracedProgram.Compile("ticker", "-DSHIFTED", "-DFACTOR=4")));
        Eventually.True(() => !KernelObjects.Of(agent.Pid).Links.Overlaps(links), "the old links to go", agent.Dump);

        using var overwritten = TracedProgram.Start(_target);
        Assert.Equal("100", overwritten.Ask("100"));
        CallUntilLogged(agent, overwritten);
        agent.Stop();
        Assert.All(
            agent.Events("tick").Where(line => line.Pid == overwritten.Pid),
            line => Assert.Equal(4 * line.Arg(1), line.Ret));
        overwritten.Finish();
    }

    private static long Number(string line) => long.Parse(line, CultureInfo.InvariantCulture);

    /// <summary>The last ten calls of the program are logged once each, with its own results.</summary>
    private static void AssertResults(AgentProcess agent, TracedProgram program, long calls, int factor) =>
        Assert.Equal(
            Enumerable.Range(0, 10).Select(back => factor * (calls - 9 + back)),
            agent.Events("tick").Where(line => line.Pid == program.Pid).TakeLast(10).Select(line => line.Ret));

    private static void CallUntilLogged(AgentProcess agent, TracedProgram ticker)
    {
        Eventually.True(
            () =>
            {
                ticker.Ask("1");
                return agent.Events("tick").Any(line => line.Pid == ticker.Pid);
            },
            $"a call of {ticker.Pid} to be logged",
            agent.Dump);

        // All that was called so far must be there before anybody counts.
        var calls = Number(ticker.Ask("1"));
        Eventually.True(
            () => agent.Events("tick").Any(line => line.Pid == ticker.Pid && line.Arg(1) == calls),
            "the newest call",
            agent.Dump);
    }
}
