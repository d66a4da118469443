namespace TraceAgent.EndToEnd;

/// <summary>The agent does not trace itself: a line about writing a line would never end.</summary>
public sealed class SelfTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void The_agents_own_writes_are_not_traced(AttachMethod method) => AssertNotTraced(start => start with { AttachMethod = method });

    /// <summary>There it is told another process ID than the kernel's programs see.</summary>
    [Fact]
    public void They_are_not_traced_either_when_the_agent_has_a_PID_namespace_of_its_own() =>
        AssertNotTraced(start => start with { Launcher = ["unshare", "--pid", "--fork", "--mount-proc"], LauncherStays = true });

    private void AssertNotTraced(Func<AgentStart, AgentStart> with)
    {
        var program = TracedProgram.Compile("ticker");
        var library = Command.OutputOf("gcc", "-print-file-name=libc.so.6").Trim();
        string[] symbols = ["write", "pwrite64"];
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            [.. symbols.Select(symbol => RuleText.Rule(symbol, library, symbol, "args: [file: int]", "on: call", "budget: none"))]));
        var file = _workspace["events.json"];
        using var agent = AgentProcess.Start(with(new AgentStart(AttachMethod.Multi, rules) { Output = file }));
        var own = agent.Pid;
        using var ticker = TracedProgram.Start(program);

        // Each answer is one write of the traced program, and makes the agent write.
        const int answers = 50;
        for (var answer = 1; answer <= answers; answer++)
        {
            ticker.Ask("1");
            Eventually.True(() => LinesOf(file, ticker.Pid) == answer, $"line {answer}", agent.Dump);
        }

        agent.Stop();
        var lines = File.ReadAllLines(file).Select(EventLine.Parse).ToList();
        var events = lines.Where(line => line.Event != "agent").ToList();
        Assert.Equal(answers, events.Count(line => line.Pid == ticker.Pid));
        Assert.DoesNotContain(events, line => line.Pid == own);
        Assert.All(symbols, symbol =>
        {
            // Others may write too; what the agent writes is not even counted.
            var totals = Totals.Of(lines.Last(line => line.Event == "agent" && line.Rule == symbol && line.Has("calls")));
            Assert.Equal(totals.Calls, events.Count(line => line.Rule == symbol));
        });
        ticker.Finish();
    }

    // The newest line may not be whole yet.
    private static int LinesOf(string file, int pid) => File.ReadAllText(file).Split('\n')[..^1].Count(line =>
        line.Contains($"\"pid\":{pid},", StringComparison.Ordinal) && !line.Contains("\"event\":\"agent\"", StringComparison.Ordinal));
}
