namespace TraceAgent.EndToEnd;

/// <summary>
/// Returns at RET instructions: what is logged is what the program prints of its calls, and the program is as without it.
/// </summary>
public sealed class ReturnInstructionTests : IDisposable
{
    private const string Format = "format: '{symbol} {n} = {ret}'";
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Every_return_of_a_function_is_seen(AttachMethod method)
    {
        var program = TracedProgram.Compile("returns");
        using var agent = Start(method, program, "Sign", "Rare", "Switch");

        var lines = LinesOf(program);

        // Tail leaves ten times by a jump to Sign.
        Assert.Equal(21, agent.WaitForEvents("sign", 21).Count);
        agent.WaitForEvents("rare", 11);
        agent.WaitForEvents("switch", 11);
        agent.Stop();
        Assert.Equal(new Totals(21, 21, 0), agent.Totals("sign"));
        Assert.Equal(LinesWith("Rare"), agent.Events("rare").Select(line => line.Message));
        Assert.Equal(LinesWith("Switch"), agent.Events("switch").Select(line => line.Message));
        Assert.Equal(LinesWith("Sign"), agent.Events("sign").Select(line => line.Message).Where(lines.Contains).Distinct());

        IEnumerable<string> LinesWith(string function) => lines.Where(line => line.StartsWith(function, StringComparison.Ordinal));
    }

    [Theory, BothWays]
    public void Of_a_function_that_also_leaves_by_a_jump_all_returns_are_seen(AttachMethod method)
    {
        var program = TracedProgram.Compile("returns");
        using var agent = Start(method, program, "Tail");

        var lines = LinesOf(program);

        agent.Stop();
        Assert.Equal(
            lines.Where(line => line.StartsWith("Tail", StringComparison.Ordinal)),
            agent.Events("tail").Select(line => line.Message));
        Assert.Equal(new Totals(11, 11, 0), agent.Totals("tail"));
    }

    [Theory]
    [InlineData(AttachMethod.Multi, "exceptions.cpp", "Outer")]
    [InlineData(AttachMethod.Perf, "exceptions.cpp", "Outer")]
    [InlineData(AttachMethod.Multi, "panics.rs", "outer")]
    [InlineData(AttachMethod.Perf, "panics.rs", "outer")]
    public void Exceptions_and_panics_pass_by(AttachMethod method, string source, string function)
    {
        var program = TracedProgram.Compile(source);
        var plain = LinesOf(program);
        using var agent = Start(method, program, function);

        Assert.Equal(plain, LinesOf(program));

        var expected = plain.Where(line => line != "thrown").ToList();
        Assert.Equal(20, expected.Count);
        Assert.Equal(expected, agent.WaitForEvents("outer", expected.Count).Select(line => line.Message));
        agent.Stop();
        Assert.Equal(new Totals(20, 20, 0), agent.Totals("outer"));
        Assert.Contains("10 calls were entered but not seen to return", string.Join('\n', agent.Messages), StringComparison.Ordinal);
    }

    [Theory, BothWays]
    public void Both_events_of_a_call_and_a_return_alone_are_seen(AttachMethod method)
    {
        var program = TracedProgram.Compile("returns");
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("both", program, "Rare", "on: both"), RuleText.Rule("alone", program, "Rare", "on: return")));
        using var agent = AgentProcess.Start(method, rules);

        LinesOf(program);

        agent.WaitForEvents("both", 22);
        agent.WaitForEvents("alone", 11);
        agent.Stop();
        Assert.Equal(
            Enumerable.Repeat<string[]>(["entry", "return"], 11).SelectMany(pair => pair), agent.Events("both").Select(line => line.Event));
        Assert.Equal([3L, 2, 1, 0, 2, 4, 6, 8, 10, 12, 14], agent.Events("alone").Select(line => line.Ret));
    }

    [Theory, BothWays]
    public void A_rule_that_moves_from_the_caller_to_ret_goes_on(AttachMethod method)
    {
        var program = TracedProgram.Compile("returns");
        string Rules(string at) =>
            RuleText.File(RuleText.Rule("rule", program, "Rare", "args: 1", "on: call", $"return_at: {at}", "unsafe: true"));
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", Rules("caller")));
        LinesOf(program);
        agent.WaitForEvents("rule", 11);

        _workspace.Write("rules.yaml", Rules("ret"));
        agent.WaitForMessage("rule replaced");
        LinesOf(program);

        agent.WaitForEvents("rule", 22);
        agent.Stop();
        Assert.Equal(agent.Events("rule").Take(11).Select(line => line.Ret), agent.Events("rule").Skip(11).Select(line => line.Ret));
    }

    private static List<string> LinesOf(string program) => [.. Command.OutputOf(program).TrimEnd('\n').Split('\n')];

    private AgentProcess Start(AttachMethod method, string program, params string[] symbols) => AgentProcess.Start(
        method,
        _workspace.Write("rules.yaml", RuleText.File(
            [.. symbols.Select(symbol =>
                RuleText.Rule(symbol.ToLowerInvariant(), program, symbol, "args: [n: int64]", "on: call", "budget: none", Format))])));
}
