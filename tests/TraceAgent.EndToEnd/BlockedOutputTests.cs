using System.Diagnostics;

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

    [Fact]
    public void A_standard_error_that_nobody_reads_holds_up_neither_an_edit_nor_the_end()
    {
        const int rejected = 1500;
        var output = _workspace["lines"];
        _workspace.Folder("rules");
        _workspace.Write("rules/wrong.yaml", RuleText.File(
            [.. Enumerable.Range(0, rejected).Select(i => RuleText.Rule($"wrong{i}", _program, $"no_such_function_{i}"))]));
        using var agent = Process.Start(new ProcessStartInfo(
            Repository.Agent, ["run", "--rules", _workspace["rules"], "--output", output])
        { RedirectStandardError = true })!;
        using var ticker = TracedProgram.Start(_program);

        // 1,500 refusals of some 200 bytes are more than a pipe takes (64 KiB).
        _workspace.Write("rules/right.yaml", RuleText.File(RuleText.Rule("tick", _program, "Tick", "args: 1")));
        Eventually.True(
            () => File.Exists(output) && Command.OutputOf("cat", output).Contains("rule tick attached", StringComparison.Ordinal),
            "the rule is attached");
        ticker.Ask("10");
        ticker.Finish();
        Command.OutputOf("kill", $"{agent.Id}");

        Assert.True(agent.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.Equal(0, agent.ExitCode);
        Assert.Equal(10, File.ReadLines(output).Select(EventLine.Parse).Count(line => line.Event == "entry"));
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
