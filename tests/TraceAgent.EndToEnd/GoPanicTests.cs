using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>Calls of Go that a panic leaves take nobody's place for long.</summary>
public sealed class GoPanicTests : IDisposable
{
    /// <summary>More than the table of calls in flight holds.</summary>
    private const int ManyPanics = 20_000;

    /// <summary>Most of what the table holds.</summary>
    private const int PanicsAtOnce = 6_000;

    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("panics.go");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void More_panics_than_calls_can_be_in_flight_lose_no_call_that_returns()
    {
        using var agent = Start();

        var printed = Run("apart", ManyPanics);

        Assert.Equal(printed, Logged(agent, 1));
        agent.Stop();
        Assert.Equal(new Totals(100, 100, 0), agent.Totals("fail"));
        Assert.Contains(
            $"{ManyPanics} calls were entered but not seen to return", string.Join('\n', agent.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public void What_panics_leave_is_forgotten_when_their_process_ends()
    {
        using var agent = Start();

        var printed = Run("together", PanicsAtOnce);

        // More than the table holds, were those of the first process still in it.
        Eventually.True(() =>
            Status().Contains("unreturned 6,000", StringComparison.Ordinal), "the calls of the ended process to be forgotten", agent.Dump);
        Run("together", PanicsAtOnce);
        Assert.Equal([.. printed, .. printed], Logged(agent, 2));
        agent.Stop();
        Assert.Equal(new Totals(200, 200, 0), agent.Totals("fail"));
    }

    private string[] Run(string how, int panics) =>
        Command.OutputOf(_program, how, panics.ToString(CultureInfo.InvariantCulture)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Logged(AgentProcess agent, int runs) =>
        [.. agent.WaitForEvents("fail", 100 * runs).Select(line => $"{line.Arg("n")} {line.Ret}")];

    private string Status() => Command.OutputOf(Repository.Agent, "status", "--socket", _workspace["agent.sock"], "--rule", "fail");

    private AgentProcess Start() => AgentProcess.Start(
        new AgentStart(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("fail", _program, "main.Fail", "args: [n: int64]", "on: call", "budget: none"))))
        {
            Socket = _workspace["agent.sock"],
        });
}
