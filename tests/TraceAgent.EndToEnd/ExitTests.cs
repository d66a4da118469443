namespace TraceAgent.EndToEnd;

/// <summary>Wherever calls end, what is logged is what the program prints of them.</summary>
public sealed class ExitTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public static TheoryData<string> Builds =>
        ["-O2", "-O2 -no-pie -fno-pie", "-O1", "-Os", "-O0", "-O2 -fcf-protection=full", "-O2 -fno-plt"];

    public void Dispose() => _workspace.Dispose();

    [Theory, MemberData(nameof(Builds))]
    public void One_line_for_each_call_with_its_first_arguments_and_its_result(string options)
    {
        string[] symbols = ["Leaf", "First", "Mixed", "Even", "Switch", "Threaded", "Last"];
        var program = TracedProgram.Compile("exits", options.Split(' '));
        using var agent = Start(AttachMethod.Multi, program, symbols);

        var printed = LinesOf(program);

        agent.Stop();

        // It is also where others leave to; and without tail calls, recursion is what the source says.
        string[] more = options is "-O0" or "-O1" ? ["Leaf", "Even", "Last"] : ["Leaf"];
        foreach (var symbol in symbols)
        {
            var lines = Messages(agent, symbol);
            var expected = LinesWith(printed, symbol);
            Assert.Equal(
                more.Contains(symbol) ? expected.Distinct().Order() : expected.Order(),
                more.Contains(symbol) ? lines.Where(expected.Contains).Distinct().Order() : lines.Order());
        }

        Assert.All(symbols, symbol => Assert.Equal(0, agent.Totals(Name(symbol)).Lost));
    }

    [Theory, BothWays]
    public void A_call_that_leaves_to_where_nobody_can_follow_is_logged_there_without_a_result(AttachMethod method)
    {
        string[] symbols = ["ByPointer", "ByArgument", "ByTable", "ByLinkage", "Conditional"];
        var program = TracedProgram.Compile("exits");
        using var agent = Start(method, program, symbols);

        var printed = LinesOf(program);

        agent.Stop();
        foreach (var symbol in symbols)
        {
            var lines = agent.Events(Name(symbol));
            var expected = LinesWith(printed, symbol);
            Assert.Equal(expected.Count, lines.Count);
            var followed = 0;
            foreach (var (line, whole) in lines.Zip(expected))
            {
                var isSeen = !line.Json.TryGetProperty("problems", out var problems);
                followed += isSeen ? 1 : 0;
                Assert.Equal(isSeen ? whole : whole[..(whole.IndexOf('=', StringComparison.Ordinal) + 2)] + "<left_by_jump>", line.Message);
                Assert.True(
                    isSeen
                        || (problems.GetProperty("ret").GetString() == "left_by_jump"
                            && line.Json.GetProperty("ret").ValueKind == System.Text.Json.JsonValueKind.Null));
                Assert.True(line.Json.GetProperty("duration_ns").GetInt64() > 0);
            }

            Assert.InRange(followed, 1, expected.Count - 1);
        }
    }

    [Fact]
    public void A_function_that_is_never_seen_to_return_is_refused_with_the_place()
    {
        var program = TracedProgram.Compile("exits");
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("only", program, "OnlyByPointer", "args: 1", "on: call")));

        var check = Command.Run(Repository.Agent, "check", rules);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("error TA237: OnlyByPointer in ", check.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "has no return; it leaves by a jump that cannot be followed at OnlyByPointer",
            check.Errors, StringComparison.Ordinal);
    }

    [Theory, BothWays]
    public void Functions_of_one_rule_that_leave_to_each_other_are_each_logged(AttachMethod method)
    {
        var program = TracedProgram.Compile("exits");
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("all", program, "'*ir*'", "args: [n: int64]", "on: call", "budget: none", "format: '{symbol} {n} = {ret}'"))));

        var printed = LinesOf(program);

        agent.Stop();
        var first = LinesWith(printed, "First");
        Assert.Equal(
            first,
            agent.Events("all").Select(line => line.Message).Where(line => line.StartsWith("First", StringComparison.Ordinal)));
        Assert.Equal(
            Enumerable.Range(0, 8).Select(n => $"Third {n + 2} = {((n + 2) * 2) + 1}"),
            agent.Events("all").Select(line => line.Message).Where(line => line.StartsWith("Third", StringComparison.Ordinal)));
        Assert.Equal(new Totals(16, 16, 0), agent.Totals("all"));
    }

    [Theory, BothWays]
    public void Returns_alone_and_both_events_are_those_of_the_function_and_of_no_other_caller(AttachMethod method)
    {
        var program = TracedProgram.Compile("exits");
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("return", program, "First", "on: return", "ret: int64", "budget: none"),
            RuleText.Rule("both", program, "First", "args: [n: int64]", "on: both", "ret: int64", "budget: none"),
            RuleText.Rule("jump", program, "ByPointer", "on: return", "ret: int64", "budget: none"))));

        LinesOf(program);

        agent.Stop();
        var results = Enumerable.Range(0, 8).Select(n => (long?)((n + 2) * 2) + 1).ToList();
        Assert.Equal(results, agent.Events("return").Select(line => (long?)line.Ret));
        Assert.Equal(
            Enumerable.Repeat<string[]>(["entry", "return"], 8).SelectMany(pair => pair),
            agent.Events("both").Select(line => line.Event));
        Assert.Equal(results, agent.Events("both").Where(line => line.Event == "return").Select(line => (long?)line.Ret));
        Assert.Equal(8, agent.Events("jump").Count);
        Assert.Equal(4, agent.Events("jump").Count(line => line.Json.TryGetProperty("problems", out _)));
        Assert.Equal(new Totals(16, 16, 0), agent.Totals("both"));
    }

    [Theory, BothWays]
    public void What_an_exception_left_behind_is_not_taken_for_a_call_of_another_function(AttachMethod method)
    {
        var program = TracedProgram.Compile("members_that_throw.cpp");
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule(
                "first", program, "First::on", "args: [this: ptr, v: long]", "ret: long", "on: call", "format: 'First {v} = {ret}'"),
            RuleText.Rule(
                "second", program, "Second::on", "args: [this: ptr, v: long]", "ret: long", "on: call", "format: 'Second {v} = {ret}'"))));

        var printed = LinesOf(program);

        agent.Stop();
        Assert.Equal(2, LinesWith(printed, "thrown").Count);
        Assert.Equal(LinesWith(printed, "First"), agent.Events("first").Select(line => line.Message));
        Assert.Equal(LinesWith(printed, "Second"), agent.Events("second").Select(line => line.Message));
    }

    [Theory, BothWays]
    public void What_an_exception_left_behind_a_jump_is_not_taken_for_a_call_of_the_function_that_it_led_to(AttachMethod method)
    {
        var program = TracedProgram.Compile("handed_on.cpp");
        using var agent = Start(method, program, "first", "second", "third", "fourth");

        var printed = LinesOf(program);

        agent.Stop();
        Assert.Equal(7, LinesWith(printed, "thrown").Count);
        foreach (var function in (string[])["first", "second", "third", "fourth"])
        {
            Assert.Equal(LinesWith(printed, function), Messages(agent, function));
        }
    }

    [Theory, BothWays]
    public void A_function_that_calls_itself_by_a_pointer_has_a_line_for_each_call(AttachMethod method)
    {
        var program = TracedProgram.Compile("exits");
        using var agent = Start(method, program, "SelfByPointer");

        LinesOf(program);

        agent.Stop();
        Assert.Equal(
            ["SelfByPointer 3 = <left_by_jump>",
                "SelfByPointer 2 = <left_by_jump>", "SelfByPointer 1 = <left_by_jump>", "SelfByPointer 0 = 0"],
            Messages(agent, "SelfByPointer"));
    }

    [Theory, BothWays]
    public void A_program_that_retpolines_return_and_jump_for_is_seen_to_return(AttachMethod method)
    {
        var program = TracedProgram.Compile("exits", "-mindirect-branch=thunk", "-mfunction-return=thunk", "-fcf-protection=none");
        using var agent = Start(method, program, "First", "Mixed", "ByPointer");

        var printed = LinesOf(program);

        agent.Stop();
        Assert.Equal(LinesWith(printed, "First"), Messages(agent, "First"));
        Assert.Equal(LinesWith(printed, "Mixed"), Messages(agent, "Mixed"));
        Assert.Equal(LinesWith(printed, "ByPointer").Count, Messages(agent, "ByPointer").Count);
    }

    [Theory, BothWays]
    public void A_recursion_of_a_thousand_levels_is_a_thousand_and_one_calls(AttachMethod method)
    {
        var program = TracedProgram.Compile("exits");
        using var agent = Start(method, program, "Deep");

        LinesOf(program);

        agent.Stop();
        Assert.Equal(Enumerable.Range(0, 1001).Select(n => $"Deep {n} = {n}"), Messages(agent, "Deep"));
    }

    [Theory, BothWays]
    public void Entries_are_hit_once_for_each_call_also_where_a_loop_passes_them(AttachMethod method)
    {
        var program = TracedProgram.Compile("exits");
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("last", program, "Last", "args: [n: int64]", "budget: none", "format: 'Last {n}'"))));

        var printed = LinesOf(program);

        agent.Stop();
        Assert.Equal(LinesWith(printed, "Last").Select(line => line.Split(" =")[0]), agent.Events("last").Select(line => line.Message));
    }

    [Fact]
    public void Who_else_pays_is_said_with_what_a_whole_call_costs()
    {
        var program = TracedProgram.Compile("exits");
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("mixed", program, "Mixed", "args: 1", "on: call")));

        var check = Command.Run(Repository.Agent, "check", rules);
        var resolve = Command.Run(Repository.Agent, "resolve", rules);

        Assert.Equal(0, check.ExitCode);
        Assert.Contains("warning TA238: returns are also seen in a function of ", check.Errors, StringComparison.Ordinal);
        Assert.Contains("Leaf, called at", check.Errors, StringComparison.Ordinal);
        Assert.Contains("calls of Mixed end at 2 instructions, also in Leaf (also called at ", resolve.Output, StringComparison.Ordinal);
        Assert.Contains("A WHOLE CALL", resolve.Output, StringComparison.Ordinal);
        Assert.Contains(" µs for each of their calls)", resolve.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Hits_of_other_callers_count_for_the_budget_of_the_rule()
    {
        var program = TracedProgram.Compile("shared");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("rare", program, "Rare", "args: [n: int64]", "on: call", "budget: 5%"))));
        using var running = TracedProgram.Start(program, "20");

        agent.WaitForMessage("rule suspended: rare");

        // One call in a thousand: by themselves they would not have been noticed.
        agent.Stop();
        Assert.All(agent.Events("rare"), line => Assert.Equal((line.Arg("n") * 2) + 1, line.Ret));
        Assert.NotEmpty(agent.Events("rare"));
    }

    private static string Name(string symbol) => symbol.ToLowerInvariant();

    private static List<string> LinesOf(string program) => [.. Command.OutputOf(program).TrimEnd('\n').Split('\n')];

    private static List<string> LinesWith(List<string> lines, string symbol) =>
        lines.FindAll(line => line.StartsWith($"{symbol} ", StringComparison.Ordinal));

    private static List<string> Messages(AgentProcess agent, string symbol) =>
        [.. agent.Events(Name(symbol)).OrderBy(line => symbol == "Deep" ? line.Ret : 0).Select(line => line.Message)];

    private AgentProcess Start(AttachMethod method, string program, params string[] symbols) => AgentProcess.Start(
        method,
        _workspace.Write("rules.yaml", RuleText.File([.. symbols.Select(symbol => RuleText.Rule(
            Name(symbol), program, symbol, symbol == "ByLinkage" ? "args: [_, n: int64]" : "args: [n: int64]",
            "ret: int64", "on: call", "budget: none",
            "format: '{symbol} {n} = {ret}'"))])));
}
