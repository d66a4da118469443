using System.Globalization;
using System.Text.Json;

namespace TraceAgent.EndToEnd;

/// <summary>How long calls took, held against what the program measured itself.</summary>
public sealed class DurationTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("spinning");

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void The_histogram_counts_the_calls_that_a_condition_on_the_result_left_out(AttachMethod method)
    {
        const long limit = 1_048_576;
        using var agent = Start(
            method,
            RuleText.Rule("slow", _program, "Spin", "on: call", $"when: duration > {limit}ns", "budget: none"),
            RuleText.Rule("few", _program, "Spin", "on: call", "when: ret >= 0", "limit: 1/s", "budget: none"));

        var printed = Printed("100", "2000", "10", $"{2 * limit}");

        agent.WaitForEvents("slow", 10);
        Eventually.True(() => Calls(Latency("slow")) == 110 && Calls(Latency("few")) == 110, "the histograms", agent.Dump);
        var slow = Latency("slow");
        Assert.Equal(10, Calls(slow, aboveNs: limit));
        Assert.InRange(slow.GetProperty("sum_ns").GetInt64(), printed.Sum(), long.MaxValue);
        agent.Stop();
        Assert.Equal(new Totals(110, 10, 0) { Filtered = 100 }, agent.Totals("slow"));
    }

    [Theory, BothWays]
    public void What_tracing_adds_is_measured_here_and_taken_off_what_messages_show(AttachMethod method)
    {
        const int calls = 2000;
        using var agent = Start(
            method,
            RuleText.Rule("spin", _program, "Spin", "on: call", "args: [number: long]", "format: '{duration:ns}'", "budget: none"));
        Eventually.True(IsMeasured, "the measurement", agent.Dump);

        var printed = Printed($"{calls}", "5000");

        agent.Stop();
        var lines = agent.Events("spin").TakeLast(calls).OrderBy(line => line.Arg("number")).ToList();
        foreach (var line in lines)
        {
            var (raw, added) = (line.Duration, line.Json.GetProperty("tracing_ns").GetInt64());
            Assert.Equal($"{raw - added}", line.Message);
            Assert.InRange(added, 50, raw);
        }

        // Of most calls: a call that another process interrupts takes longer by both clocks, and one that begins cold by ours alone.
        var measured = Median([.. lines.Select((line, i) => (double)line.Duration - printed[i])]);
        var shown = Median([.. lines.Select((line, i) => double.Parse(line.Message, CultureInfo.InvariantCulture) - printed[i])]);
        Assert.True(
            Math.Abs(shown) < measured / 2, $"{{duration}} is off by {shown} ns, duration_ns by {measured} ns, in half of the calls");

        bool IsMeasured()
        {
            Printed("1", "1000");
            return agent.Events("spin") is [.., var last] && last.Json.TryGetProperty("tracing_ns", out _);
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private AgentProcess Start(AttachMethod method, params string[] rules) =>
        AgentProcess.Start(new AgentStart(method, _workspace.Write("rules.yaml", RuleText.File(rules)))
        {
            Socket = _workspace["agent.sock"],
        });

    /// <summary>What the calls took by the clock of the program, in ns.</summary>
    private List<long> Printed(params string[] arguments) =>
    [
        .. Command.OutputOf(_program, arguments).TrimEnd().Split('\n')
            .Select(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)),
    ];

    private JsonElement Latency(string rule)
    {
        var status = JsonDocument.Parse(Command.OutputOf(
            Repository.Agent, "status", "--json", "--socket", _workspace["agent.sock"])).RootElement;
        return status.GetProperty("rules").EnumerateArray().Single(one => one.GetProperty("rule").GetString() == rule)
            .GetProperty("latency");
    }

    private static long Calls(JsonElement latency, long aboveNs = 0) => latency.ValueKind == JsonValueKind.Null ? 0 : latency
        .GetProperty("buckets").EnumerateArray()
        .Where(bucket => bucket.GetProperty("above_ns").GetInt64() >= aboveNs)
        .Sum(bucket => bucket.GetProperty("calls").GetInt64());
}
