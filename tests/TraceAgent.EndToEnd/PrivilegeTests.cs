namespace TraceAgent.EndToEnd;

/// <summary>What the agent needs to be allowed, and what it says when it is not.</summary>
public sealed class PrivilegeTests : IDisposable
{
    private static readonly string[] Nobody =
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];

    private static readonly string[] NoCapabilities = ["--inh-caps=-all", "--bounding-set=-all"];

    private readonly Workspace workspace = new();
    private readonly string agentForAll;
    private readonly string program;
    private readonly string rules;

    public PrivilegeTests()
    {
        // The repository may be where nobody else may look.
        agentForAll = workspace.Install(Repository.Agent, "traceagent");
        program = workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        rules = workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("tick", program, "Tick", "args: 1", "on: call")));
    }

    public void Dispose() => workspace.Dispose();

    [Theory, BothWays]
    public void Without_capabilities_run_ends_with_77_and_names_them(AttachWay way)
    {
        string[] environment = way == AttachWay.Perf ? ["env", "TRACEAGENT_ATTACH=perf"] : [];
        var run = Execute([.. environment, .. Nobody, .. NoCapabilities, agentForAll, "run", "--rules", rules, "--output", "-"]);

        Assert.True(run.ExitCode == 77, $"{run.ExitCode}\n{run.Errors}");
        Assert.Contains("CAP_BPF", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Check_needs_no_privileges()
    {
        var check = Execute([.. Nobody, .. NoCapabilities, agentForAll, "check", rules]);

        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
    }

    [Fact]
    public void With_CAP_BPF_and_CAP_PERFMON_alone_calls_are_logged()
    {
        using var agent = AgentProcess.Start(new AgentStart(AttachWay.Multi, rules)
        {
            Agent = agentForAll,
            Launcher = [
                .. Nobody, "--inh-caps=-all,+bpf,+perfmon", "--ambient-caps=-all,+bpf,+perfmon",
                "--bounding-set=-all,+bpf,+perfmon"],
        });
        using var ticker = TracedProgram.Start(program);

        ticker.Ask("3");

        agent.WaitForEvents("tick", 3);
        agent.Stop();
        Assert.Equal([3L, 6, 9], agent.Events("tick").Select(line => line.Ret));
    }

    private static Command Execute(string[] words) => Command.Run(words[0], words[1..]);
}
