using System.Text.Json;

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
    public void Without_capabilities_run_ends_with_77_and_names_them(AttachMethod method)
    {
        string[] environment = method == AttachMethod.Perf ? ["env", "TRACEAGENT_ATTACH=perf"] : [];
        var run = Execute([.. environment, .. Nobody, .. NoCapabilities, agentForAll, "run", "--rules", rules, "--output", "-"]);

        Assert.True(run.ExitCode == 77, $"{run.ExitCode}\n{run.Errors}");
        Assert.Contains("CAP_BPF", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Rules_beyond_the_limit_of_open_files_are_refused_with_what_raises_it_and_the_others_are_in_force()
    {
        var many = workspace.Write("many.yaml", RuleText.File([.. Enumerable.Range(0, 100).Select(i => RuleText.Rule($"tick{i}", program, "Tick", "args: 1"))]));

        var run = Execute(["prlimit", "--nofile=128", "timeout", "--signal=TERM", "5", agentForAll, "run", "--rules", many, "--output", workspace["many.json"]]);

        Assert.Matches(@"rule rejected: tick\d+: .*: Too many open files; rules need some each: raise the limit", run.Errors);
        Assert.Matches(@"ready: [1-9]\d* rules attached, 0 pending, [1-9]\d* rejected", run.Errors);
    }

    [Fact]
    public void Doctor_finds_nothing_missing_for_root_and_hits_a_probe_of_its_own()
    {
        var doctor = Execute([agentForAll, "doctor"]);

        Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Errors);
        Assert.Matches(@"(?m)^ok +returns +attached, hit, detached$", doctor.Output);
        Assert.EndsWith("the agent can work here\n", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_names_the_capability_that_is_missing()
    {
        var doctor = Execute([.. Nobody, .. NoCapabilities, agentForAll, "doctor"]);

        Assert.True(doctor.ExitCode == 77, $"{doctor.ExitCode}\n{doctor.Output}{doctor.Errors}");
        Assert.Matches(@"(?m)^MISSING +BPF programs .*needs CAP_BPF and CAP_PERFMON", doctor.Output);
        Assert.Matches(@"(?m)^limited +other users' processes .*CAP_SYS_PTRACE", doctor.Output);
    }

    [Fact]
    public void Doctor_speaks_json_to_machines()
    {
        using var report = JsonDocument.Parse(Execute([agentForAll, "doctor", "--json"]).Output);

        Assert.True(report.RootElement.GetProperty("works").GetBoolean());
        Assert.All(
            report.RootElement.GetProperty("checks").EnumerateArray(),
            check => Assert.Contains(check.GetProperty("verdict").GetString(), (string[])["fine", "limited"]));
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
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, rules)
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
