using System.Text.Json;

namespace TraceAgent.EndToEnd;

/// <summary>What the agent needs to be allowed, and what it says when it is not.</summary>
public sealed class PrivilegeTests : IDisposable
{
    private static readonly string[] Nobody =
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];

    private static readonly string[] NoCapabilities = ["--inh-caps=-all", "--bounding-set=-all"];

    private readonly Workspace _workspace = new();
    private readonly string _agentForAll;
    private readonly string _program;
    private readonly string _rules;

    public PrivilegeTests()
    {
        // The repository may be where nobody else may look.
        _agentForAll = _workspace.Install(Repository.Agent, "traceagent");
        _program = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        _rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("tick", _program, "Tick", "args: 1", "on: call")));
    }

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Without_capabilities_run_ends_with_77_and_names_them(AttachMethod method)
    {
        string[] environment = method == AttachMethod.Perf ? ["env", "TRACEAGENT_ATTACH=perf"] : [];
        var run = Execute([.. environment, .. Nobody, .. NoCapabilities, _agentForAll, "run", "--rules", _rules, "--output", "-"]);

        Assert.True(run.ExitCode == 77, $"{run.ExitCode}\n{run.Errors}");
        Assert.Contains("CAP_BPF", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Rules_beyond_the_limit_of_open_files_are_refused_with_what_raises_it_and_the_others_are_active()
    {
        var many = _workspace.Write(
            "many.yaml", RuleText.File([.. Enumerable.Range(0, 100).Select(i => RuleText.Rule($"tick{i}", _program, "Tick", "args: 1"))]));

        var run = Execute(["prlimit",
            "--nofile=128", "timeout", "--signal=TERM", "5", _agentForAll, "run", "--rules", many, "--output", _workspace["many.json"]]);

        Assert.Matches(@"rule rejected: tick\d+: .*: Too many open files; rules need some each: raise the limit", run.Errors);
        Assert.Matches(@"ready: [1-9]\d* rules attached, 0 pending, [1-9]\d* rejected", run.Errors);
    }

    [Fact]
    public void Doctor_finds_nothing_missing_for_root_and_hits_a_probe_of_its_own()
    {
        var doctor = Execute([_agentForAll, "doctor"]);

        Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Errors);
        Assert.Matches(@"(?m)^ok +returns +attached, hit, detached$", doctor.Output);
        Assert.EndsWith("the agent can work here\n", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_names_the_capability_that_is_missing()
    {
        var doctor = Execute([.. Nobody, .. NoCapabilities, _agentForAll, "doctor"]);

        Assert.True(doctor.ExitCode == 77, $"{doctor.ExitCode}\n{doctor.Output}{doctor.Errors}");
        Assert.Matches(@"(?m)^MISSING +BPF programs .*needs CAP_BPF and CAP_PERFMON", doctor.Output);
        Assert.Matches(@"(?m)^limited +other users' processes .*CAP_SYS_PTRACE", doctor.Output);
    }

    [Fact]
    public void Doctor_speaks_json_to_machines()
    {
        using var report = JsonDocument.Parse(Execute([_agentForAll, "doctor", "--json"]).Output);

        Assert.True(report.RootElement.GetProperty("works").GetBoolean());
        Assert.All(
            report.RootElement.GetProperty("checks").EnumerateArray(),
            check => Assert.Contains(check.GetProperty("verdict").GetString(), (string[])["fine", "limited"]));
    }

    [Fact]
    public void Check_needs_no_privileges()
    {
        var check = Execute([.. Nobody, .. NoCapabilities, _agentForAll, "check", _rules]);

        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
    }

    [Fact]
    public void With_CAP_BPF_and_CAP_PERFMON_alone_calls_are_logged()
    {
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, _rules)
        {
            Agent = _agentForAll,
            Launcher = [
                .. Nobody, "--inh-caps=-all,+bpf,+perfmon", "--ambient-caps=-all,+bpf,+perfmon",
                "--bounding-set=-all,+bpf,+perfmon"],
        });
        using var ticker = TracedProgram.Start(_program);

        ticker.Ask("3");

        agent.WaitForEvents("tick", 3);
        agent.Stop();
        Assert.Equal([3L, 6, 9], agent.Events("tick").Select(line => line.Ret));
    }

    private static Command Execute(string[] words) => Command.Run(words[0], words[1..]);
}
