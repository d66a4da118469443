namespace TraceAgent.EndToEnd;

/// <summary>What messages can name of any hit is what the system says of the process.</summary>
public sealed class MessageTests : IDisposable
{
    private const string Format = "{uid} {gid} {cgroup} {ppid} {arg1} {n:x4}";
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void User_group_cgroup_and_parent_are_those_of_the_process(AttachMethod method)
    {
        var program = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("entry", program, "Tick", "args: [n: int]", $"format: '{Format}'"),
            RuleText.Rule("call", program, "Tick", "args: [n: int]", "on: call", $"format: '{Format}'", "when: uid == 1234 && gid " +
                "== 2345 && arg1 > 1"),
            RuleText.Rule("others", program, "Tick", "args: [n: int]", "when: uid != 1234 || gid != 2345"))));
        using var cgroup = new OwnCgroup();
        using var ticker = TracedProgram.Start(
            "sh", "-c", $"echo $$ > {cgroup.Folder}/cgroup.procs && exec setpriv --reuid=1234 --regid=2345 --clear-groups {program}");
        ticker.Ask("2");

        var calls = agent.WaitForEvents("call", 1);
        var entries = agent.WaitForEvents("entry", 2);
        ticker.Finish();
        agent.Stop();
        Assert.Equal([1L, 2], entries.Select(line => line.Arg("n")));
        foreach (var line in entries.Concat(calls))
        {
            var n = line.Arg("n");
            Assert.Equal($"1234 2345 {cgroup.Path} {Environment.ProcessId} {n} {n:x4}", line.Message);
            Assert.Equal((1234L, 2345L), (line.Count("uid"), line.Count("gid")));
            Assert.Equal(cgroup.Path, line.Json.GetProperty("cgroup").GetString());
            Assert.Equal(Environment.ProcessId, line.Count("ppid"));
            Assert.Single(line.Args());
        }

        Assert.Equal(2, calls.Single().Arg("n"));
        Assert.Empty(agent.Events("others"));
        Assert.Equal(new Totals(2, 1, 0) { Filtered = 1 }, agent.Totals("call"));
    }

    [Theory, BothWays]
    public void What_every_line_tells_can_be_in_its_message(AttachMethod method)
    {
        var program = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(
            "call", program, "Tick", "on: call",
            "format: '{time:yyyy-MM-ddTHH:mm:ss} {comm} {pid} {tid} {exe} {binary} {rule} {symbol:call} {duration:ns} {cmdline}'"))));
        using var ticker = TracedProgram.Start(program);
        ticker.Ask("1");

        var line = agent.WaitForEvents("call", 1).Single();
        ticker.Finish();
        agent.Stop();
        var time = line.Json.GetProperty("@t").GetString()!.Split('.')[0];
        Assert.Equal(
            $"{time} ticker {ticker.Pid} {ticker.Pid} {program} {program} call Tick() {line.Duration} {program}", line.Message);
    }

    /// <summary>A cgroup (version 2) below that of the test.</summary>
    private sealed class OwnCgroup : IDisposable
    {
        public OwnCgroup()
        {
            var hierarchy = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).First(mount => mount[2] == "cgroup2")[1];
            var own = File.ReadLines("/proc/self/cgroup").First(line => line.StartsWith("0::", StringComparison.Ordinal))[3..].TrimEnd('/');
            Path = $"{own}/traceagent-test-{Guid.NewGuid():N}";
            Folder = Directory.CreateDirectory(hierarchy + Path).FullName;
        }

        public string Path { get; }

        public string Folder { get; }

        // rmdir(2): its files are the kernel's. The process in it has ended, and may not be reaped yet.
        public void Dispose() => Eventually.True(() =>
        {
            try
            {
                Directory.Delete(Folder);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }, "the cgroup to be empty");
    }
}
