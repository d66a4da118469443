namespace TraceAgent.EndToEnd;

/// <summary>Go programs: what is logged of a call is what the program prints of it, and the program is as without it.</summary>
public sealed class GoTests : IDisposable
{
    private const string Source = "goroutines.go";

    private static readonly (string Name, string Symbol, string[] Keys)[] Functions =
    [
        ("leaf", "main.Leaf", ["args: [a: int64, b: int64]", "format: 'Leaf {a} {b} = {ret}'"]),
        ("join", "main.Join", ["args: [l: go.string, r: go.string, n: int64]", "ret: go.string", "format: 'Join {l} {r} {n} = {ret}'"]),
        ("choose", "main.Choose", ["args: [n: int64]", "ret: go.string", "format: 'Choose {n} = {ret}'"]),
        ("large", "main.Large", ["args: [n: int64]", "format: 'Large {n} = {ret}'"]),
        ("handle", "'main.(*Server).handle'", [
            "args: [server: ptr, path: go.string, body: bytes(len), len: int64]", "format: 'handle {path} {body} = {ret}'"]),
        ("total", "main.Total", ["args: [values: '[]int', body: '[]byte']", "ret: [sum: int64, text: go.string, failure: " +
            "go.error]", "format: 'Total {values} {body} = {sum} {text} {failure}'"]),
        ("recover", "main.Recover", ["args: [n: int64]", "format: 'Recover {n} = {ret}'"]),
        ("wander", "main.Wander", ["args: [id: int64, n: int64]", "format: 'Wander {id} {n} = {ret}'"]),
    ];

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(AttachMethod.Multi, "")]
    [InlineData(AttachMethod.Multi, "-ldflags=-s -w")]
    [InlineData(AttachMethod.Multi, "-buildmode=pie")]
    [InlineData(AttachMethod.Perf, "")]
    public void Every_call_is_logged_as_the_program_prints_it(AttachMethod method, string option)
    {
        var program = TracedProgram.Compile(Source, option.Length == 0 ? [] : [option]);
        using var agent = Start(method, program, "call");

        var printed = LinesOf(program);

        foreach (var (name, _, _) in Functions)
        {
            var expected = printed.Where(line => line.StartsWith($"{name} ", StringComparison.OrdinalIgnoreCase)).ToList();
            Assert.NotEmpty(expected);
            var logged = agent.WaitForEvents(name, expected.Count);
            Assert.Equal(Sorted(expected), Sorted(logged.Select(line => line.Message)));
        }

        agent.Stop();
        Assert.All(Functions, function => Assert.Equal(0, agent.Totals(function.Name).Lost));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-ldflags=-s -w")]
    public void The_hidden_dictionary_of_a_generic_function_is_no_argument(string option)
    {
        var program = TracedProgram.Compile("generics.go", option.Length == 0 ? [] : [option]);
        var names = Command.OutputOf(Repository.Agent, "symbols", program, "main.*")
            .Split('\n')
            .Select(line => line.Split('\t')[^1])
            .ToList();
        string Named(string begin, string end = "") =>
            "'"
            + names.First(name => name.StartsWith(begin, StringComparison.Ordinal)
                && name.Contains('[', StringComparison.Ordinal)
                && !name.Contains("[int]", StringComparison.Ordinal)
                && name.EndsWith(end, StringComparison.Ordinal)).Split(" (0x")[0]
            + "'";
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule(
                "largest", program, "main.Largest", "args: [a: int64, b: int64]",
                "on: call", "format: 'largest {a} {b} {ret}'"),
            RuleText.Rule(
                "first", program, Named("main.First["), "args: ['_': '[]int', name: go.string]",
                "on: call", "ret: [_, _, found: bool]", "format: 'first {name} {found}'"),
            RuleText.Rule(
                "push", program, "'main.(*Stack).Push'", "args: [s: ptr, item: int64, note: go.string]",
                "on: call", "format: 'push {item} {note} {ret}'"),
            RuleText.Rule(
                "get", program, Named("main.(*Pair[", ".Get"), "args: [p: ptr, key: go.string]",
                "on: call", "format: 'get {key} {ret}'")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);

        var printed = LinesOf(program);

        foreach (var rule in (string[])["largest", "first", "push", "get"])
        {
            var expected = printed.Where(line => line.StartsWith($"{rule} ", StringComparison.Ordinal)).ToList();
            Assert.Equal(expected, agent.WaitForEvents(rule, expected.Count).Select(line => line.Message));
        }

        agent.Stop();
        Assert.Equal(10, agent.Events("push").Count);
    }

    [Fact]
    public void The_output_of_a_traced_program_is_that_of_an_untraced_one()
    {
        var program = TracedProgram.Compile(Source);
        var plain = Sorted(LinesOf(program));
        using var agent = Start(AttachMethod.Multi, program, "call");

        Assert.Equal(plain, Sorted(LinesOf(program)));
        agent.Stop();
    }

    [Theory, BothWays]
    public void A_call_is_paired_although_its_stack_grows_and_moves(AttachMethod method)
    {
        // Goroutine 1 to 16 goes 100 × its number deep, each level a call.
        var depths = Enumerable.Range(1, 16)
            .SelectMany(id => Enumerable.Range(0, (100 * id) + 1).Select(depth => (Id: (long)id, Depth: (long)depth))).ToList();
        var program = TracedProgram.Compile(Source);
        using var agent = Start(method, program, "grow", "main.Grow", "args: [id: int64, depth: int64]");

        LinesOf(program);

        var logged = agent.WaitForEvents("grow", depths.Count);
        Assert.Equal(depths, logged.Select(line => (line.Arg("id"), line.Arg("depth"))).Order());
        Assert.All(logged, line => Assert.Equal(line.Arg("id") + line.Arg("depth"), line.Ret));
        agent.Stop();
        Assert.Equal(new Totals(depths.Count, depths.Count, 0), agent.Totals("grow"));
    }

    [Theory, BothWays]
    public void Calls_that_a_panic_leaves_are_unreturned_and_disturb_no_other(AttachMethod method)
    {
        var program = TracedProgram.Compile(Source);
        using var agent = Start(method, program, "fail", "main.Fail", "args: [n: int64]");

        LinesOf(program);

        Assert.Equal([(0L, 1L), (2L, 3L), (4L, 5L)], agent.WaitForEvents("fail", 3).Select(line => (line.Arg("n"), line.Ret)));
        agent.Stop();
        Assert.Equal(new Totals(3, 3, 0), agent.Totals("fail"));
        Assert.Contains("3 calls were entered but not seen to return", string.Join('\n', agent.Messages), StringComparison.Ordinal);
    }

    [Theory, BothWays]
    public void Every_entry_and_every_return_is_one_event(AttachMethod method)
    {
        var program = TracedProgram.Compile(Source);
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("both", program, "main.Large", "args: [n: int64]", "on: both", "budget: none"),
            RuleText.Rule("return", program, "main.Choose", "ret: go.string", "on: return", "budget: none"),
            RuleText.Rule("deep", program, "main.Grow", "budget: none"),
            RuleText.Rule("error", program, "main.Check", "args: [n: int64]", "on: call", "ret: go.error", "when: ret ~ '*more than " +
                "two'", "format: '{n}: {ret}'"),
            RuleText.Rule("type", program, "main.Check", "args: [n: int64]", "on: call", "ret: [type: ptr, _]", "when: type != 0"),
            RuleText.Rule("wrapped", program, "main.Total", "args: ['_': '[]int', body: '[]byte']", "on: call", "ret: [_, _: go.string, " +
                "failure: go.error]", "when: failure != ''")));
        using var agent = AgentProcess.Start(method, rules, "--ring-size", "16777216");

        LinesOf(program);

        agent.WaitForEvents("both", 40);
        agent.WaitForEvents("return", 20);
        agent.WaitForEvents("deep", 13616);
        agent.WaitForEvents("error", 3);
        agent.WaitForEvents("type", 3);
        agent.WaitForEvents("wrapped", 4);
        agent.Stop();
        Assert.Equal(
            Enumerable.Repeat<string[]>(["entry", "return"], 20).SelectMany(pair => pair), agent.Events("both").Select(line => line.Event));
        Assert.Equal(20, agent.Events("return").Count);
        Assert.Equal(13616, agent.Events("deep").Count);
        Assert.Equal([3L, 4, 5], agent.Events("type").Select(line => line.Arg("n")));
        Assert.Equal([
            "3: 3 is more than two", "4: 4 is more than two", "5: 5 is more than two"], agent.Events("error").Select(line => line.Message));
        Assert.Equal(4, agent.Events("wrapped").Count);
    }

    [Fact]
    public void A_goroutine_goes_through_several_threads_within_its_calls()
    {
        var program = TracedProgram.Compile(Source);
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("both", program, "main.Wander", "args: [id: int64, n: int64]", "on: both", "budget: none")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);

        // With one processor, Go has one thread that runs goroutines, unless it is told otherwise.
        Command.OutputOf("env", "GOMAXPROCS=8", program);

        var events = agent.WaitForEvents("both", 2 * 640);
        agent.Stop();
        // What the pairing by goroutine is for: a thread's returns are not in the reverse order of its entries.
        var entered = events.Where(line => line.Event == "entry").GroupBy(line => (line.Arg("id"), line.Arg("n"))).ToDictionary(
            call => call.Key, call => call.Single().Tid);
        Assert.Contains(
            events.Where(line => line.Event == "return"),
            line => entered[(line.Ret / 1000, line.Ret % 1000)] != line.Tid);
    }

    [Theory, BothWays]
    public void Assembly_has_its_arguments_on_the_stack_and_no_calls(AttachMethod method)
    {
        var program = TracedProgram.Compile("assembly/main.go");
        const string symbol = "main.Sum.abi0";
        var calls = _workspace.Write("calls.yaml", RuleText.File(RuleText.Rule("calls", program, symbol, "on: call")));
        Assert.Contains("TA240", Command.Run(Repository.Agent, "check", calls).Errors, StringComparison.Ordinal);
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("sum", program, symbol, "args: [a: int64, b: int64, text: go.string]", "format: 'Sum {a} {b} {text}'"),
            RuleText.Rule("both", program, symbol, "signature: void Sum(long a)", "on: both")));
        using var agent = AgentProcess.Start(method, rules);

        var printed = LinesOf(program);

        Assert.Equal(["Sum 1 -2 text 1", "Sum 2 -4 text 2", "Sum 3 -6 text 3", "Sum 4 -8 text 4", "Sum 5 -10 text 5"],
            agent.WaitForEvents("sum", 5).Select(line => line.Message));
        Assert.Equal(["Sum 1 -2 5", "Sum 2 -4 4", "Sum 3 -6 3", "Sum 4 -8 2", "Sum 5 -10 1"], printed);
        agent.WaitForEvents("both", 10);
        agent.Stop();
        Assert.Equal(
            Enumerable.Repeat<string[]>(["entry", "return"], 5).SelectMany(pair => pair), agent.Events("both").Select(line => line.Event));
    }

    private static List<string> LinesOf(string program) => [.. Command.OutputOf(program).TrimEnd('\n').Split('\n')];

    private static List<string> Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];

    private AgentProcess Start(AttachMethod method, string program, string on) => AgentProcess.Start(
        method,
        _workspace.Write("rules.yaml", RuleText.File(
            [.. Functions.Select(
                function => RuleText.Rule(function.Name, program, function.Symbol, [.. function.Keys, $"on: {on}", "budget: none"]))])),
        "--ring-size", "16777216");

    private AgentProcess Start(AttachMethod method, string program, string name, string symbol, string arguments) => AgentProcess.Start(
        method,
        _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(name, program, symbol, arguments, "on: call", "budget: none"))),
        "--ring-size", "16777216");
}
