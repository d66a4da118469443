namespace TraceAgent.EndToEnd;

/// <summary>Every key of <c>target</c>, on two processes of one file of which one is meant; the calls of the other are filtered.</summary>
public sealed class TargetFilterTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program;
    private readonly List<string> _cgroups = [];

    public TargetFilterTests() => _program = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");

    /// <summary>Where version 2 of cgroups is mounted.</summary>
    private static string CgroupRoot { get; } =
        File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).First(field => field[2] == "cgroup2")[1];

    public void Dispose()
    {
        // A cgroup is empty a moment after its last process has ended.
        foreach (var cgroup in Enumerable.Reverse(_cgroups))
        {
            Eventually.True(() => TryRemove(cgroup), $"{cgroup} to be empty");
        }

        _workspace.Dispose();
    }

    [Fact]
    public void Only_the_process_of_an_ID()
    {
        using var meant = TracedProgram.Start(_program);
        using var other = TracedProgram.Start(_program);

        AssertOnly(meant, other, $"{{pid: {meant.Pid}}}");
    }

    [Theory]
    [InlineData("meant")]
    [InlineData("\"me*t\"")]
    [InlineData("[none, \"mea*\"]")]
    public void Only_processes_of_a_name(string name)
    {
        using var meant = TracedProgram.Start(_workspace.Install(_program, "meant"));
        using var other = TracedProgram.Start(_workspace.Install(_program, "other"));

        AssertOnly(meant, other, $"{{process: {name}}}", _workspace["?????"]);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("[games, 65534]")]
    public void Only_processes_of_a_user(string user)
    {
        using var meant = TracedProgram.Start("setpriv", "--reuid", "nobody", "--clear-groups", _program);
        using var other = TracedProgram.Start(_program);

        AssertOnly(meant, other, $"{{user: {user}}}");
    }

    [Fact]
    public void Only_processes_of_a_cgroup_and_those_below_it()
    {
        var name = $"traceagent-{Guid.NewGuid():N}";
        var below = Cgroup(name, "inner");
        using var meant = TracedProgram.Start(_program);
        using var other = TracedProgram.Start(_program);
        Move(meant, below);

        AssertOnly(meant, other, $"{{cgroup: {name}}}");
    }

    [Fact]
    public void Only_processes_of_a_container()
    {
        var id = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";
        var cgroup = Cgroup($"docker-{id}.scope");
        using var meant = TracedProgram.Start(_program);
        using var other = TracedProgram.Start(_program);
        Move(meant, cgroup);

        AssertOnly(meant, other, $"{{container: \"{id[..12]}\"}}");
    }

    [Fact]
    public void Keys_must_all_be_true()
    {
        using var meant = TracedProgram.Start(_program);
        using var other = TracedProgram.Start(_program);

        AssertOnly(meant, other, $"{{process: ticker, user: root, pid: [1, {meant.Pid}]}}");
    }

    [Fact]
    public void A_container_that_is_not_there_is_waited_for()
    {
        var id = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";
        using var meant = TracedProgram.Start(_program);
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules(_program, $"{{container: \"{id}\"}}"));
        agent.WaitForMessage($"the container {id} does not exist yet");

        Move(meant, Cgroup(id));

        UntilLogged(agent, meant);
        agent.Stop();
    }

    private void AssertOnly(TracedProgram meant, TracedProgram other, string target, string? binary = null)
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules(binary ?? _program, target));
        other.Ask("7");
        meant.Ask("5");
        agent.WaitForEvents("tick", 5);
        agent.Stop();

        Assert.Equal(Enumerable.Repeat(meant.Pid, 5), agent.Events("tick").Select(line => line.Pid));
        Assert.Equal(new Totals(12, 5, 0) { Filtered = 7 }, agent.Totals("tick"));
    }

    private string Rules(string binary, string target) =>
        _workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("tick", $"\"{binary}\"", "Tick", "args: 1", "on: call", $"target: {target}")));

    private string Cgroup(params string[] names)
    {
        var path = CgroupRoot;
        foreach (var name in names)
        {
            path = Path.Combine(path, name);
            Directory.CreateDirectory(path);
            _cgroups.Add(path);
        }

        return path;
    }

    private static void Move(TracedProgram program, string cgroup) =>
        File.WriteAllText(Path.Combine(cgroup, "cgroup.procs"), $"{program.Pid}");

    private static bool TryRemove(string cgroup)
    {
        try
        {
            Directory.Delete(cgroup);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void UntilLogged(AgentProcess agent, TracedProgram program) => Eventually.True(
        () =>
        {
            program.Ask("1");
            return agent.Events("tick").Any(line => line.Pid == program.Pid);
        },
        $"a call of {program.Pid} to be logged",
        agent.Dump);
}
