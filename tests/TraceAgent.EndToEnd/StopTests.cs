using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>The end of an agent in the middle of calls: the counters are exact, and no call is harmed.</summary>
public sealed class StopTests : IDisposable
{
    private const int Rounds = 5;
    private const int Threads = 8;
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    /// <remarks>
    /// The last two are for machines that are emulated, where more calls wait in the ring at the end than an
    /// agent that stops has time for.
    /// </remarks>
    [Theory]
    [InlineData(AttachMethod.Multi, 1)]
    [InlineData(AttachMethod.Perf, 1)]
    [InlineData(AttachMethod.Multi, 100)]
    [InlineData(AttachMethod.Perf, 100)]
    public void Calls_that_return_while_the_agent_stops_are_counted_and_logged_or_neither(AttachMethod method, int slowness)
    {
        var program = TracedProgram.Compile("inflight");
        var rules = _workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("doze", program, "Doze", "args: 1", "on: call", "budget: none")));
        using var busy = TracedProgram.Start(program, slowness.ToString(CultureInfo.InvariantCulture));
        for (var round = 0; round < Rounds; round++)
        {
            using var agent = AgentProcess.Start(method, rules);
            agent.WaitForEvents("doze", 100 + round);
            agent.Stop();

            var totals = agent.Totals("doze");
            var events = agent.Events("doze");
            Assert.Equal(totals.Calls, totals.Logged + totals.Lost);
            Assert.Equal(totals.Logged, events.Count);
            Assert.All(events, line => Assert.Equal(2 * line.Arg(1), line.Ret));
            Assert.Equal(events.Count, events.Select(line => line.Arg(1)).Distinct().Count());
            Assert.Equal(0, agent.MessagesWith("the counters do not add up"));
            Assert.True(Unreturned(agent) <= Threads, agent.Dump());
            Assert.Equal("running", busy.Ask("still"));
        }

        var numbers = busy.Finish().Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(numbers[0] * (numbers[0] + 1) / 2, numbers[1]);
    }

    /// <summary>What it said of calls that were entered only.</summary>
    private static int Unreturned(AgentProcess agent) =>
        agent.Messages.Where(message => message.Contains("calls were entered but not seen to return", StringComparison.Ordinal))
            .Select(message => int.Parse(message.Split("doze: ")[1].Split(' ')[0], CultureInfo.InvariantCulture)).SingleOrDefault();
}
