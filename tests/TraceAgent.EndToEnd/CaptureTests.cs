namespace TraceAgent.EndToEnd;

/// <summary>What a line says is what the program computed.</summary>
public sealed class CaptureTests : IDisposable
{
    private static readonly string[] Sums = ["78", "-78", "-2"];
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Twelve_arguments_come_from_registers_and_stack(AttachMethod method)
    {
        var program = TracedProgram.Compile("arguments");
        using var agent = Start(method, RuleText.Rule("sum", program, "Sum12", "args: 12", "on: call"));

        Assert.Equal(Sums, Command.OutputOf(program).TrimEnd().Split('\n'));

        agent.WaitForEvents("sum", 3);
        agent.Stop();
        var events = agent.Events("sum");
        Assert.Equal(3, events.Count);
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], events[0].Args());
        Assert.Equal([-1L, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12], events[1].Args());
        Assert.Equal(
            [long.MaxValue, 0, 0, 0, 0, long.MinValue, long.MaxValue, 0, 0, 0, 0, long.MinValue], events[2].Args());
        Assert.Equal([78L, -78, -2], events.Select(line => line.Ret));
    }

    [Theory, BothWays]
    public void Entry_return_both_and_call_have_their_own_shapes(AttachMethod method)
    {
        var program = TracedProgram.Compile("ticker");
        using var agent = Start(
            method,
            RuleText.Rule("at-entry", program, "Tick", "args: 2"),
            RuleText.Rule("at-return", program, "Tick", "on: return"),
            RuleText.Rule(
                "at-both", program, "Tick", "args: 1", "on: both", "format: {entry: 'in {arg1}', return: 'out {ret}'}"),
            RuleText.Rule("whole-call", program, "Tick", "args: 1", "on: call"));
        using var ticker = TracedProgram.Start(program);
        ticker.Ask("2");

        Assert.Equal("2 9\n", ticker.Finish());

        agent.WaitForEvents("at-both", 4);
        agent.WaitForEvents("whole-call", 2);
        agent.Stop();
        AssertShape(agent.Events("at-entry"), ["entry", "entry"], args: true, ret: false, duration: false);
        AssertShape(agent.Events("at-return"), ["return", "return"], args: false, ret: true, duration: false);
        AssertShape(agent.Events("whole-call"), ["call", "call"], args: true, ret: true, duration: true);
        Assert.Equal(["in 1", "out 3", "in 2", "out 6"], agent.Events("at-both").Select(line => line.Message));
        Assert.Equal(["entry", "return", "entry", "return"], agent.Events("at-both").Select(line => line.Event));
    }

    [Theory, BothWays]
    public void A_line_names_time_process_and_labels(AttachMethod method)
    {
        var program = TracedProgram.Compile("ticker");
        using var agent = Start(method, RuleText.Rule(
            "tick", program, "Tick", "args: 1", "level: Warning", "format: 'number {arg1}'", "labels: {team: payments}"));
        var before = DateTimeOffset.UtcNow;
        using var ticker = TracedProgram.Start(program);
        ticker.Ask("1");

        var line = agent.WaitForEvents("tick")[0];

        var time = line.Json.GetProperty("@t").GetString()!;
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$", time);
        // A second of slack: the agent's offset between the two clocks is a sample.
        var second = TimeSpan.FromSeconds(1);
        Assert.InRange(line.Json.GetProperty("@t").GetDateTimeOffset(), before - second, DateTimeOffset.UtcNow + second);
        Assert.Equal("number 1", line.Message);
        Assert.Equal("Warning", line.Json.GetProperty("@l").GetString());
        Assert.Equal("payments", line.Json.GetProperty("labels").GetProperty("team").GetString());
        Assert.Equal(ticker.Pid, line.Pid);
        Assert.Equal(ticker.Pid, line.Tid);
        Assert.Equal("ticker", line.Comm);
        Assert.Equal(program, line.Json.GetProperty("exe").GetString());
        Assert.Equal("Tick", line.Json.GetProperty("symbol").GetString());
    }

    [Theory, BothWays]
    public void Hostile_text_never_breaks_a_line(AttachMethod method)
    {
        var program = TracedProgram.Compile("names");
        using var agent = Start(method, RuleText.Rule("name", program, "Name", "on: return", "ret: string", "format: '<{ret}>'"));

        Command.OutputOf(program);

        agent.WaitForEvents("name", 9);
        agent.Stop();
        var events = agent.Events("name");
        Assert.Equal(
            ["plain", "", "quote \" backslash \\", "tab\tnewline\nescape\u001b", "grüß €", "bad \ufffd\ufffd byte",
                "cut \ufffd", "{braces} {0}"],
            events.Take(8).Select(line => line.RetText));
        Assert.Equal("<{braces} {0}>", events[7].Message);
        Assert.Equal(9, events.Count);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, events[8].Json.GetProperty("ret").ValueKind);
        Assert.Equal("null", events[8].Json.GetProperty("problems").GetProperty("ret").GetString());
    }

    private static void AssertShape(
        IReadOnlyList<EventLine> events, string[] kinds, bool args, bool ret, bool duration)
    {
        Assert.Equal(kinds, events.Select(line => line.Event));
        Assert.All(events, line =>
        {
            Assert.Equal(args, line.Has("args") && line.Args().Any());
            Assert.Equal(ret, line.Has("ret"));
            Assert.Equal(duration, line.Has("duration_ns"));
        });
    }

    private AgentProcess Start(AttachMethod method, params string[] rules) =>
        AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(rules)));
}
