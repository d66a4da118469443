namespace TraceAgent.EndToEnd;

/// <summary>Processes that are gone when their events are read are named all the same.</summary>
public sealed class ShortLivedTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _one;
    private readonly string _other;
    private readonly string _rules;

    public ShortLivedTests()
    {
        // One file under two names: a rule sees both, and only the process knows which it is.
        _one = _workspace.Install(TracedProgram.Compile("brief"), "one");
        _other = _workspace["other"];
        Command.OutputOf("ln", _one, _other);
        _rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("brief", _one, "Brief", "args: 1", "on: entry")));
    }

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Each_of_500_processes_has_its_own_executable(AttachMethod method)
    {
        using var agent = AgentProcess.Start(method, _rules);

        var expected = Command.OutputOf(_one, "spawn", "500", _one, _other);

        agent.WaitForEvents("brief", 500);
        agent.Stop();
        Assert.Equal(Lines(expected), agent.Events("brief").Select(Named));
    }

    [Fact]
    public void A_message_names_the_command_line_and_the_parent_of_a_process_that_is_gone()
    {
        var named = _workspace.Write("named.yaml", RuleText.File(
            RuleText.Rule("brief", _one, "Brief", "on: entry", "format: '{cmdline} of {ppid}'")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, named);

        Command.OutputOf(_one, "7", "--token=abcdef");

        agent.WaitForEvents("brief");
        agent.Stop();
        Assert.Equal($"{_one} 7 --token=*** of {Environment.ProcessId}", agent.Events("brief")[0].Message);
    }

    [Fact]
    public void A_worker_that_executes_nothing_has_the_executable_of_its_parent()
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, _rules);

        var expected = Command.OutputOf(_other, "fork", "200");

        agent.WaitForEvents("brief", 200);
        agent.Stop();
        Assert.Equal(Lines(expected), agent.Events("brief").Select(Named));
    }

    [Fact]
    public void Workers_of_a_process_that_is_older_than_the_agent_have_its_executable()
    {
        using var shell = TracedProgram.Start("/bin/sh");
        shell.Ask("echo there");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _rules);

        // The subshells are copies of the shell, and execute only what is probed.
        shell.Ask($"for i in 1 2 3; do (exec {_other} $i); done; echo done");

        agent.WaitForEvents("brief", 3);
        agent.Stop();
        Assert.All(agent.Events("brief"), line => Assert.Equal(_other, line.Executable));
    }

    [Fact]
    public void A_link_is_followed_and_a_relative_path_completed()
    {
        Command.OutputOf("ln", "-s", "other", _workspace["link"]);
        using var agent = AgentProcess.Start(AttachMethod.Multi, _rules);

        Command.OutputOf("sh", "-c", $"cd {_workspace.Root}; ./one 1; ./link 2");

        agent.WaitForEvents("brief", 2);
        agent.Stop();
        Assert.Equal([_one, _other], agent.Events("brief").Select(line => line.Executable));
    }

    [Fact]
    public void More_new_processes_than_the_ring_holds_are_said_and_later_ones_are_right()
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, _rules);
        using var waiting = TracedProgram.Start(_one, "wait");
        waiting.Ask("1");
        agent.WaitForEvents("brief");

        agent.Freeze();
        Command.OutputOf("/bin/sh", "-c", $"{_one} spawn 1500 /bin/true >/dev/null");
        agent.Thaw();

        agent.WaitForMessage("notices of new processes lost");
        waiting.Ask("2");
        Command.OutputOf(_one, "spawn", "1", _other);
        var lines = agent.WaitForEvents("brief", 3);
        agent.Stop();
        Assert.Equal([_one, _one, _other], lines.Select(line => line.Executable));
    }

    [Fact]
    public async Task Processes_that_are_hit_while_the_agent_starts_have_their_executable()
    {
        using var done = new CancellationTokenSource();
        var spawning = Task.Run(() =>
        {
            var spawned = new List<string>();
            while (!done.IsCancellationRequested)
            {
                spawned.AddRange(Lines(Command.OutputOf(_one, "spawn", "20", _one, _other)));
            }

            return spawned;
        });
        using var agent = AgentProcess.Start(AttachMethod.Multi, _rules);
        agent.WaitForEvents("brief", 100);
        await done.CancelAsync();
        var expected = (await spawning).ToHashSet();

        agent.Stop();
        Assert.All(agent.Events("brief"), line => Assert.Contains(Named(line), expected));
    }

    /// <summary>There another process has the number that the kernel tells.</summary>
    [Fact]
    public void In_a_PID_namespace_no_process_is_named_after_another()
    {
        using var waiting = TracedProgram.Start(_one, "wait");
        waiting.Ask("1");
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, _rules)
        {
            Launcher =
            [
                "unshare", "--pid", "--fork", "--mount-proc", "sh", "-c",
                $"echo {waiting.Pid - 1} > /proc/sys/kernel/ns_last_pid && {{ sleep 1000 & }} "
                    + $"&& [ $! = {waiting.Pid} ] && exec \"$@\"",
                "sh",
            ],
            LauncherStays = true,
        });
        waiting.Ask("2");
        agent.WaitForEvents("brief");
        Command.OutputOf(_one, "spawn", "1", _other);
        var lines = agent.WaitForEvents("brief", 2);

        agent.Stop();
        Assert.Equal([null, _other], lines.Select(line => line.Executable));
        Assert.Equal(1, agent.MessagesWith("in this PID namespace"));
    }

    [Fact]
    public void Without_the_types_of_the_kernel_the_agent_says_so_and_looks_into_proc()
    {
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, _rules)
        {
            Launcher = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"", "sh"],
        });
        using var waiting = TracedProgram.Start(_other, "wait");

        waiting.Ask("1");

        agent.WaitForEvents("brief");
        agent.Stop();
        Assert.Equal(_other, agent.Events("brief")[0].Executable);
        Assert.Equal(1, agent.MessagesWith("new processes are not watched"));
        Assert.Equal(1, agent.MessagesWith("needs a kernel with its types"));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Named(EventLine line) => $"{line.Pid} {line.Executable}";
}
