using System.Collections.Concurrent;

namespace TraceAgent.EndToEnd;

/// <summary>
/// Many reloads of one folder under a program that makes numbered calls all the time: three rules on the same
/// function, of which one is in a file that never changes, one beside the changing rule, and one changes.
/// </summary>
public sealed class ReloadUnderLoadTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly NumberedLines[] _rules = [new("elsewhere"), new("beside"), new("changing")];
    private readonly ConcurrentQueue<EventLine> _statements = new();

    public void Dispose() => _workspace.Dispose();

    /// <remarks>The last two are for machines that are emulated, where an agent falls behind ten calls a millisecond.</remarks>
    [Theory]
    [InlineData(AttachMethod.Multi, "entry", 200, 10)]
    [InlineData(AttachMethod.Multi, "call", 200, 10)]
    [InlineData(AttachMethod.Perf, "entry", 30, 10)]
    [InlineData(AttachMethod.Perf, "call", 30, 10)]
    [InlineData(AttachMethod.Multi, "call", 3, 1)]
    [InlineData(AttachMethod.Perf, "call", 3, 1)]
    public void No_call_is_missed_and_none_is_logged_twice(AttachMethod method, string on, int cycles, int callsPerMs)
    {
        var program = TracedProgram.Compile("ticker");
        var folder = _workspace.Folder("rules");
        _workspace.Write("rules/elsewhere.yaml", RuleText.File(
            RuleText.Rule("elsewhere", program, "Tick", "args: 2", $"on: {on}", "budget: none")));
        WriteChanging(program, on, 1, "start");
        using var agent = AgentProcess.Start(new AgentStart(method, folder)
        {
            Options = ["--ring-size", "33554432"],
            Sink = Take,
        });
        using var ticker = TracedProgram.Start(program);
        ticker.WriteLine($"go {callsPerMs}");

        for (var cycle = 1; cycle <= cycles; cycle++)
        {
            FiveReloads(agent, program, on, cycle);
        }

        var calls = long.Parse(ticker.Ask("1"), System.Globalization.CultureInfo.InvariantCulture);
        Eventually.True(() => _rules.All(rule => rule.Last == calls), $"number {calls}", () => Dump(agent));
        agent.Stop();
        Assert.All(_rules, rule => Assert.Empty(rule.Faults));
        Assert.Equal($"{calls} {3 * calls * (calls + 1) / 2}\n", ticker.Finish());
        Assert.All(["elsewhere", "beside", "changing"], (name, index) =>
        {
            var totals = Totals.Of(_statements.Last(line => line.Rule == name && line.Has("calls")));
            Assert.Equal(new Totals(_rules[index].Count, _rules[index].Count, 0), totals);
        });
    }

    private void FiveReloads(AgentProcess agent, string program, string on, int cycle)
    {
        // Nothing changes, and nothing tells that it was read.
        File.SetLastWriteTimeUtc(_workspace["rules/elsewhere.yaml"], DateTime.UtcNow);
        WriteChanging(program, on, args: 1, $"message-{cycle}");
        WaitForMark(agent, $"message-{cycle}");
        WriteChanging(program, on, args: 2, $"captures-{cycle}");
        WaitForMark(agent, $"captures-{cycle}");
        var rejections = agent.MessagesWith("rejected");
        _workspace.Write("rules/changing.yaml", "rules: [{name: broken");
        agent.WaitForMessage("rejected", rejections + 1);
        WriteChanging(program, on, args: 1, $"fixed-{cycle}");
        WaitForMark(agent, $"fixed-{cycle}");
    }

    private void WriteChanging(string program, string on, int args, string mark) =>
        _workspace.Write("rules/changing.yaml", RuleText.File(
            RuleText.Rule("beside", program, "Tick", "args: 2", $"on: {on}", "budget: none"),
            RuleText.Rule("changing", program, "Tick", $"args: {args}", $"on: {on}", "budget: none", $"format: '{mark}.'")));

    private void WaitForMark(AgentProcess agent, string mark) => Eventually.True(
        () => _rules[2].LastLine.Contains($"\"{mark}.\"", StringComparison.Ordinal), mark, () => Dump(agent));

    private void Take(string line)
    {
        foreach (var rule in _rules)
        {
            rule.Take(line);
        }

        if (line.Contains("\"event\":\"agent\"", StringComparison.Ordinal))
        {
            _statements.Enqueue(EventLine.Parse(line));
        }
    }

    private string Dump(AgentProcess agent) =>
        $"{agent.Dump()}\nlast lines:\n  {string.Join("\n  ", _rules.Select(rule => rule.LastLine))}";
}
