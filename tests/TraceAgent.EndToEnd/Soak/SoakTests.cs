using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd.Soak;

/// <summary>
/// A program at half of what saturates the agent's rules, and a reload every second: nothing that the agent holds may grow, and
/// at the end every call is accounted for. <c>TRACEAGENT_SOAK_SECONDS</c> makes it long.
/// </summary>
public sealed partial class SoakTests : IDisposable
{
    private const int ShortSeconds = 24;

    /// <summary>
    /// What comes and goes: memory with the collector's turns, the rest with replaced probes that are just closing. One
    /// left behind by each edit is more.
    /// </summary>
    private static readonly Footprint Slack = new(ResidentKilobytes: 4096, Descriptors: 4, Threads: 4, Programs: 4, Links: 4, Maps: 4);

    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("steady");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Under_load_and_reloads_nothing_grows_and_the_counters_balance()
    {
        var seconds = Environment.GetEnvironmentVariable("TRACEAGENT_SOAK_SECONDS") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : ShortSeconds;
        _workspace.Folder("rules");
        _workspace.Write("rules/steady.yaml", RuleText.File(Rule("steady", "args: 2")));
        _workspace.Write("agent.yaml", "rules: rules\noutputs:\n  - file: {path: events-.json, roll: {size: 64MB}, keep: 2}\n");
        Edit(0);
        using var agent = AgentProcess.Start(
            new AgentStart(AttachMethod.Multi, _workspace["rules"]) { Output = "", Options = ["--config", _workspace["agent.yaml"]] });
        using var steady = TracedProgram.Start(_program);

        var samples = new List<Footprint>();
        for (var second = 1; second <= seconds; second++)
        {
            Edit(second);
            Thread.Sleep(1000);
            samples.Add(Footprint.Of(agent.Pid));
        }

        var calls = steady.Finish().Split(' ')[0];
        agent.Stop();

        // The first quarter is for warming up: what every kind of edit needs was then needed once.
        var early = Footprint.Most(samples.Skip(seconds / 4).Take(seconds / 4));
        var late = Footprint.Most(samples.TakeLast(seconds / 4));
        Assert.True(late.IsWithin(early, Slack), $"what the agent holds grew from {early} to {late}");
        var counters = agent.Messages.Select(message => Totals().Match(message)).First(match => match.Success);
        Assert.Equal(calls, counters.Groups["calls"].Value);
        Assert.Equal(
            long.Parse(calls, CultureInfo.InvariantCulture),
            long.Parse(counters.Groups["logged"].Value, CultureInfo.InvariantCulture)
                + long.Parse(counters.Groups["lost"].Value, CultureInfo.InvariantCulture));
        Assert.DoesNotContain(agent.Messages, message => message.Contains("balance", StringComparison.Ordinal));
    }

    /// <summary>A message, a capture, a rule that comes, one that goes, a mistake and its end, over and over.</summary>
    private void Edit(int second)
    {
        var edited = (second % 6) switch
        {
            0 => RuleText.File(Rule("edited", "args: 1", "format: 'one {arg1}'")),
            1 => RuleText.File(Rule("edited", "args: 1", "format: 'another {arg1}'")),
            2 => RuleText.File(Rule("edited", "args: 2")),
            3 => RuleText.File(Rule("edited", "args: 2"), Rule("more", "on: call", "when: ret < 0")),
            4 => RuleText.File(Rule("edited", "args: 2")),
            _ => "rules: [{name: broken",
        };
        _workspace.Write("rules/edited.yaml", edited);
    }

    private string Rule(string name, params string[] keys) => RuleText.Rule(name, _program, "Steady", [.. keys, "budget: none"]);

    [GeneratedRegex(@"\bsteady: (?<calls>\d+) calls, (?<logged>\d+) logged, (?<lost>\d+) lost")]
    private static partial Regex Totals();
}
