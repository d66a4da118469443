namespace TraceAgent.EndToEnd;

/// <summary>Nobody reads the output: rules go on following their files.</summary>
public sealed class BlockedOutputTests : IDisposable
{
    private const int Edits = 100;
    private const int Calls = 20_000;
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_full_pipe_holds_up_no_edit()
    {
        var rules = Write(args: 1);
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, rules) { ReadAtOnce = false });

        var calls = EditWhileBlocked(agent);

        agent.Stop();
        Assert.Equal(agent.Totals("tick").Logged, agent.Events("tick").Count);
        AssertBalanced(agent.Totals("tick"), calls);
    }

    [Fact]
    public void An_agent_whose_reader_stays_away_ends_and_has_written_no_line_twice()
    {
        var lines = new List<string>();
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, Write(args: 1)) { ReadAtOnce = false, Sink = lines.Add });
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask($"{Calls}");

        agent.StopUnread();

        agent.WaitForMessage("did not take");
        // The end of the process cuts the write short that the full pipe holds up.
        var whole = lines.SkipLast(1).Select(EventLine.Parse).Where(line => line.Event != "agent").ToList();
        Assert.Equal(Enumerable.Range(1, whole.Count).Select(number => (long)number), whole.Select(line => line.Arg(1)));
        Assert.InRange(whole.Count, 100, Calls - 1);
    }

    private static void AssertBalanced(Totals totals, long calls)
    {
        Assert.Equal(calls, totals.Calls);
        Assert.Equal(calls, totals.Logged + totals.Lost);
    }

    /// <summary>Returns the number of calls that were made.</summary>
    private long EditWhileBlocked(AgentProcess agent)
    {
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask($"{Calls}");
        for (var edit = 1; edit <= Edits; edit++)
        {
            Write(args: 1 + (edit % 2));
            agent.WaitForMessage("rule replaced", edit);
            ticker.Ask("10");
        }

        ticker.Finish();
        return Calls + (10 * Edits);
    }

    private string Write(int args) => _workspace.Write("rules.yaml", RuleText.File(
        RuleText.Rule("tick", _program, "Tick", $"args: {args}", "budget: none")));
}
