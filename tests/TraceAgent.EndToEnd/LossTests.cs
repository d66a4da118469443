using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>Whatever cannot be logged is counted, exactly: calls = logged + lost, and the lines are as many as logged.</summary>
public sealed class LossTests : IDisposable
{
    private const long Calls = 100_000;
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    public void Dispose() => _workspace.Dispose();

    public static TheoryData<AttachMethod, string, int> WaysShapesAndProcessors()
    {
        var data = new TheoryData<AttachMethod, string, int>();
        foreach (var on in new[] { "entry", "call" })
        {
            data.Add(AttachMethod.Multi, on, 0);
            // The highest-numbered one is where others forget to look.
            data.Add(AttachMethod.Multi, on, Environment.ProcessorCount - 1);
        }

        data.Add(AttachMethod.Perf, "call", 0);
        return data;
    }

    [Theory, MemberData(nameof(WaysShapesAndProcessors))]
    public void The_books_balance_when_the_ring_overflows(AttachMethod method, string on, int processor)
    {
        using var agent = AgentProcess.Start(new AgentStart(method, WriteRules(on))
        {
            Options = ["--ring-size", "4096"],
        });
        using var ticker = TracedProgram.Start(
            "taskset", "-c", processor.ToString(CultureInfo.InvariantCulture), _program);

        ticker.Ask($"{Calls}");

        agent.Stop();
        AssertBalanced(agent.Totals("tick"), Calls, agent.Events("tick"));
        Assert.Equal($"{Calls} {3 * Calls * (Calls + 1) / 2}\n", ticker.Finish());
    }

    [Theory]
    [InlineData("entry")]
    [InlineData("call")]
    public void A_reader_that_sleeps_costs_lines_that_are_counted(string on)
    {
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, WriteRules(on))
        {
            Options = ["--ring-size", "65536"],
            ReadAtOnce = false,
        });
        using var ticker = TracedProgram.Start(_program);

        ticker.Ask($"{Calls}");

        // The agent waits in a write to the pipe, and must still hear SIGTERM, which Stop sends before it reads.
        agent.Stop();
        AssertBalanced(agent.Totals("tick"), Calls, agent.Events("tick"));
        ticker.Finish();
    }

    [Fact]
    public void Calls_that_never_return_give_their_room_up_when_there_is_none_left()
    {
        const int left = 70_000;
        const int stayed = 100;
        var program = TracedProgram.Compile("abandoned");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(
            "work", program, "Work", "args: 2", "on: call", "budget: none"))));
        using var abandoned = TracedProgram.Start(program);
        Assert.Equal("left", abandoned.Ask($"leave {left}"));

        var tried = 0;
        Eventually.True(
            () =>
            {
                abandoned.Ask("stay 1");
                tried++;
                return agent.Events("work").Count > 0;
            },
            "a call to be logged again", agent.Dump);
        Assert.Equal($"{stayed * (stayed - 1)}", abandoned.Ask($"stay {stayed}"));

        abandoned.Finish();
        agent.Stop();
        var totals = agent.Lines.Last(line => line.Rule == "work" && line.Has("lost_in_flight"));
        var lost = totals.Count("lost");
        Assert.Equal(lost, totals.Count("lost_in_flight"));
        Assert.InRange(lost, left - 65_536, left - 65_536 + tried);
        Assert.Equal(totals.Count("calls"), agent.Events("work").Count + lost);
        Assert.InRange(agent.Events("work").Count, stayed + 1, stayed + tried);
        Assert.Contains(
            agent.Messages, message => message.Contains($"; lost {lost} while too many calls were in flight", StringComparison.Ordinal));
        Assert.Contains(agent.Messages, message => message.Contains("65536 calls", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reader_that_comes_once_a_second_is_woken_when_the_ring_fills()
    {
        const int batches = 40;
        const int batch = 5000;
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, WriteRules("entry"))
        {
            Options = ["--ring-size", "4194304", "--flush", "1s"],
        });
        using var ticker = TracedProgram.Start(_program);

        // Some 16 MB, within less time than two of its turns.
        for (var i = 0; i < batches; i++)
        {
            ticker.Ask($"{batch}");
            Thread.Sleep(10);
        }

        agent.Stop();
        Assert.Equal(batches * batch, agent.Events("tick").Count);
        Assert.Equal(0, agent.Totals("tick").Lost);
    }

    [Fact]
    public void A_full_disk_costs_lines_that_are_counted_and_tears_none()
    {
        using var disk = new SmallDisk(_workspace.Folder("disk"), "1m");
        var file = _workspace["disk/events.json"];
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, WriteRules("call")) { Output = file });
        using var ticker = TracedProgram.Start(_program);

        // Lines of several megabytes. What little room is left may still take small batches, however long one waits.
        ticker.Ask("20000");
        agent.WaitForMessage("No space left on device");
        for (var more = 0; more < 50; more++)
        {
            ticker.Ask("100");
        }

        disk.Resize("64m");
        var calls = Number(ticker.Ask("0"));
        Eventually.True(
            () =>
            {
                ticker.Ask("1");
                return NewestNumber(file) > calls;
            },
            "lines after the disk has room again",
            agent.Dump);
        agent.Stop();

        var lines = File.ReadAllLines(file).Select(EventLine.Parse).ToList();
        var totals = Totals.Of(lines.Last(line => line.Event == "agent" && line.Rule == "tick" && line.Has("calls")));
        AssertBalanced(totals, Number(ticker.Ask("0")), [.. lines.Where(line => line.Rule == "tick" && line.Event != "agent")]);
        ticker.Finish();
    }

    private static long NewestNumber(string file)
    {
        var numbers = new NumberedLines("tick");
        foreach (var line in File.ReadLines(file))
        {
            numbers.Take(line);
        }

        return numbers.Last;
    }

    private static long Number(string line) => long.Parse(line, CultureInfo.InvariantCulture);

    private static void AssertBalanced(Totals totals, long calls, IReadOnlyList<EventLine> lines)
    {
        Assert.Equal(calls, totals.Calls);
        Assert.Equal(calls, totals.Logged + totals.Lost);
        Assert.Equal(totals.Logged, lines.Count);
        Assert.True(totals.Lost > 0, "nothing was lost: the test did not test");
        // What is logged is whole and in order, with gaps only.
        var numbers = lines.Select(line => line.Arg(1)).ToList();
        Assert.Equal(numbers.Order().Distinct(), numbers);
    }

    private string WriteRules(string on) => _workspace.Write("rules.yaml", RuleText.File(
        RuleText.Rule("tick", _program, "Tick", "args: 1", $"on: {on}", "budget: none")));
}
