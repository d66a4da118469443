using System.Text.Json.Nodes;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.EndToEnd;

/// <summary>Where programs may not wait for a page, as on kernels before 6.0: a value is true, or a fault.</summary>
public sealed class PlainReadTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void What_is_in_memory_is_read_and_what_is_not_is_a_fault(AttachMethod method)
    {
        using var bench = new KernelBench(method, WaitPolicy.None);
        var text = new CaptureType.Text(16).Capture(Architecture.X64.Argument(0));
        var plan = new CapturePlan(Architecture.X64, ProbeTrigger.Entry, [text], []);

        // The texts lie beside those that the program itself has read.
        var records = bench.Hit(plan, "Text", "text 1", "text 3", "text 4", "text 5", "untouched");

        Assert.Equal(
            ["short", "seventeen bytes …", Outcome.Null, Outcome.Fault, Outcome.Fault],
            records.Select(record => record.Values(plan.LayoutOf(EventKind.Entry))[0]));
    }

    [Theory, BothWays]
    public void No_line_has_another_value_than_the_program_and_the_counters_balance(AttachMethod method)
    {
        var program = TracedProgram.Compile("texts");
        var rules = RuleText.File(
            RuleText.Rule("text", program, "Text", "args: [text: string(16)]", "on: call", "ret: string(16)"),
            RuleText.Rule("give", program, "Give", "on: return", "ret: string"),
            RuleText.Rule("short", program, "Text", "args: [text: string(16)]", "when: text == 'in the middle' || text == 'an oasis'"));
        using var agent = AgentProcess.Start(
            new AgentStart(method, _workspace.Write("rules.yaml", rules)) { Launcher = ["env", "TRACEAGENT_READS=plain"] });

        var printed = Command.OutputOf(program).TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();

        agent.Stop();
        var asked = printed.Where(line => (string?)line["rule"] == "text").Select(line => (string?)line["args"]!["text"]).ToList();
        var logged = agent.Events("text").Select(line => JsonNode.Parse(line.Text)!.AsObject()).ToList();
        Assert.Equal(asked.Count, logged.Count);
        var values = asked.Zip(logged).Where(pair => pair.First == (string?)pair.Second["args"]!["text"]).ToList();
        var faults = asked.Zip(logged).Except(values).ToList();
        Assert.InRange(values.Count, 15, asked.Count - 1);
        Assert.All(faults, pair => Assert.Contains("fault", (string?)pair.Second["problems"]!["text"], StringComparison.Ordinal));
        Assert.Equal(2, agent.Events("give").Count);
        Assert.All(agent.Events("give"), line =>
            Assert.Contains("fault", line.Json.GetProperty("problems").GetProperty("ret").GetString(), StringComparison.Ordinal));
        var counters = agent.Totals("short");
        Assert.Equal(asked.Count, counters.Calls);
        Assert.Equal(counters.Calls, counters.Logged + counters.Filtered + counters.Lost);
        Assert.Equal(agent.Events("short").Count, counters.Logged);
    }
}
