using System.Diagnostics;
using System.Net.Sockets;

namespace TraceAgent.EndToEnd;

/// <summary>Lines of a running agent for those who watch.</summary>
public sealed partial class StatusTests
{
    [Fact]
    public async Task Whoever_watches_sees_the_lines_that_the_outputs_get_and_holds_up_nobody_by_not_reading()
    {
        const int calls = 50_000;
        using var agent = Start(
            AttachMethod.Multi,
            RuleText.Rule("call", _program, "Tick", "args: 1", "budget: none"), RuleText.Rule("other", _program, "Tick"));
        using var ticker = TracedProgram.Start(_program);
        using var tail = Tail("--json", "--rule", "call");
        using var idle = Tail();
        var lines = new List<string>();
        var reading = Task.Run(() =>
        {
            while (tail.StandardOutput.ReadLine() is { } line)
            {
                lock (lines)
                {
                    lines.Add(line);
                }
            }
        });
        Eventually.True(
            () =>
            {
                ticker.Ask("1");
                lock (lines)
                {
                    return lines.Count > 0;
                }
            },
            "a line", agent.Dump);

        ticker.Ask($"{calls}");

        agent.Stop();
        await reading.WaitAsync(TimeSpan.FromSeconds(10));
        var events = agent.Events("call");
        Assert.InRange(events.Count, calls + 1, int.MaxValue);
        Assert.Equal(new Totals(events.Count, events.Count, 0), agent.Totals("call"));
        Assert.Contains(lines, line => line.Contains("more lines, which are in the outputs, are not shown", StringComparison.Ordinal));
        Assert.Subset(
            events.Select(line => line.Text).ToHashSet(),
            lines.Where(line => line.Contains("\"call\"", StringComparison.Ordinal)).ToHashSet());
        tail.WaitForExit();
        Assert.Equal(0, tail.ExitCode);
    }

    [Fact]
    public void To_watch_a_rule_that_the_agent_does_not_have_or_no_agent_is_an_error()
    {
        using var agent = Start(AttachMethod.Multi, RuleText.Rule("call", _program, "Tick"));

        var missing = Command.Run(Repository.Agent, "tail", "--socket", SocketPath, "--rule", "none");
        agent.Stop();
        var gone = Command.Run(Repository.Agent, "tail", "--socket", SocketPath);

        Assert.Equal((1, 1), (missing.ExitCode, gone.ExitCode));
        Assert.Contains("the agent has no rule 'none'", missing.Errors, StringComparison.Ordinal);
        Assert.Contains("no agent answers at", gone.Errors, StringComparison.Ordinal);
    }

    private Process Tail(params string[] options) => Process.Start(
        new ProcessStartInfo(Repository.Agent, ["tail", "--socket", SocketPath, .. options]) { RedirectStandardOutput = true })!;
}
