namespace TraceAgent.EndToEnd;

/// <summary>USDT probes of our own programs and of what Debian ships.</summary>
public sealed class UsdtTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Operands_of_every_kind_have_the_values_that_the_program_printed(AttachMethod method) =>
        AssertOperands(method, TracedProgram.Compile("operands"));

    [Theory, BothWays]
    public void Operands_with_symbols_have_theirs_where_the_linker_has_fixed_the_addresses(AttachMethod method) =>
        AssertOperands(
            method, TracedProgram.Compile("operands", "-no-pie", "-fno-pie"), ("fixed", ["args: [a: ptr, b: int, c: int, d: ptr]"]));

    [Theory, BothWays]
    public void Exceptions_of_Cpp_are_seen_in_its_library(AttachMethod method)
    {
        var program = TracedProgram.Compile("thrower.cpp");
        var library = Command.OutputOf("ldd", program).Split(' ', '\n').Single(
            word => word.Contains("/libstdc++.so", StringComparison.Ordinal));

        PrintedLines.AssertLogged(method, _workspace, program, RuleText.File(Rule(
            "throw", library, "libstdcxx:throw",
            "args: [_, type: ptr]", $"when: comm == '{Path.GetFileName(program)}'", "capture: {name: '*(char**)(type + 8)'}")), ["throw"]);
    }

    [Theory, BothWays]
    public void A_semaphore_is_up_while_a_rule_needs_it_in_every_process(AttachMethod method)
    {
        var program = TracedProgram.Compile("semaphores");
        using var before = TracedProgram.Start(program);
        Assert.Equal("0 0", before.Ask("?"));
        using (var agent = AgentProcess.Start(
            method, _workspace.Write("rules.yaml", RuleText.File(Rule("tick", program, "shop:tick", "args: 2")))))
        {
            using var after = TracedProgram.Start(program);

            Assert.Equal(("1 0", "1 0"), (before.Ask("?"), after.Ask("?")));
            Assert.Equal(("100", "20"), (before.Ask("100"), after.Ask("20")));

            agent.WaitForEvents("tick", 120);
            agent.Stop();
            Assert.Equal(Enumerable.Range(1, 100)
                .Select(number => (long)number), agent.Events("tick").Where(line => line.Pid == before.Pid).Select(line => line.Arg(2)));
            Assert.Equal(("0 0", "0 0"), (before.Ask("?"), after.Ask("?")));
        }

        Assert.Equal("100", before.Ask("5"));
    }

    /// <summary>Two builds have their arguments at different places, so each takes a program of its own.</summary>
    [Fact]
    public void The_program_of_a_file_that_is_gone_is_unloaded()
    {
        var staying = _workspace.Install(TracedProgram.Compile("semaphores"), "app-1");
        var going = _workspace.Install(TracedProgram.Compile("semaphores", "-O0"), "app-2");
        var rules = _workspace.Write(
            "rules.yaml", RuleText.File(Rule("tick", $"{Path.GetDirectoryName(staying)}/app-?", "shop:tick", "args: 2")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);
        Assert.Equal(2, Programs());

        File.Delete(going);

        Eventually.True(() => Programs() == 1, "the program of the deleted file to go", agent.Dump);
        using var traced = TracedProgram.Start(staying);
        Assert.Equal("3", traced.Ask("3"));
        agent.WaitForEvents("tick", 3);
        agent.Stop();
        Assert.Equal(new Totals(3, 3, 0), agent.Totals("tick"));

        int Programs() => KernelObjects.Of(agent.Pid).ProgramNames().Count(name => name == "ta_tick");
    }

    [Theory, BothWays]
    public void A_semaphore_is_down_after_SIGKILL(AttachMethod method)
    {
        var program = TracedProgram.Compile("semaphores");
        using var traced = TracedProgram.Start(program);
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(Rule("all", program, "\"shop:*\""))));
        Assert.Equal("1 1", traced.Ask("?"));

        agent.Kill();

        Eventually.True(() => traced.Ask("?") == "0 0", "the semaphores to fall", agent.Dump);
    }

    [Theory, BothWays]
    public void A_replaced_rule_leaves_the_semaphore_up_and_a_removed_one_takes_it_down(AttachMethod method)
    {
        var program = TracedProgram.Compile("semaphores");
        using var traced = TracedProgram.Start(program);
        var rules = _workspace.Write("rules.yaml", RuleText.File(Rule("tick", program, "shop:tick", "args: 1")));
        using var agent = AgentProcess.Start(method, rules);
        for (var round = 2; round <= 4; round++)
        {
            _workspace.Write(
                "rules.yaml", RuleText.File(Rule("tick", program, "shop:tick", $"args: {(round % 2) + 1}", $"format: 'round {round}'")));
            Eventually.True(
                () =>
                {
                    traced.Ask("1");
                    return agent.Events("tick").Any(line => line.Message == $"round {round}");
                },
                $"round {round}", agent.Dump);
        }

        Eventually.True(() => traced.Ask("?") == "1 0", "only one counts", agent.Dump);
        var passed = int.Parse(traced.Ask("1"), System.Globalization.CultureInfo.InvariantCulture);
        agent.WaitForEvents("tick", passed);
        _workspace.Write("rules.yaml", "rules: []\n");
        Eventually.True(() => traced.Ask("?") == "0 0", "the semaphore to fall", agent.Dump);
        agent.Stop();
        Assert.Equal(passed, agent.Events("tick").Count);
    }

    [Theory, BothWays]
    public void Lines_of_Python_are_logged_with_file_function_and_number(AttachMethod method)
    {
        var script = _workspace.Write("shop.py",
            "import gc\ndef add_item(n):\n    return n + 1\nfor i in range(50):\n    add_item(i)\ngc.collect()\nprint('done')\n");
        var python = Path.GetFullPath(new FileInfo("/usr/bin/python3").ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            Rule("line", python, "python:line", "args: [file: string(512), function: string, line: int]", $"when: file == '{script}' && " +
                $"function == 'add_item'"),
            Rule("gc", python, "\"python:gc__*\"", "args: 1")));
        using var agent = AgentProcess.Start(method, rules);

        Assert.Equal("done\n", Command.OutputOf(python, script));

        var run = agent.WaitForEvents("line", 50);
        agent.WaitForEvents("gc", 2);
        agent.Stop();
        Assert.Equal(50, run.Count);
        Assert.All(run, line =>
            Assert.Equal(("add_item", 3), (line.Json.GetProperty("args").GetProperty("function").GetString(), line.Arg("line"))));
        Assert.Equal(["python:line"], Probes(run));
        Assert.Equal(["python:gc__done", "python:gc__start"], Probes(agent.Events("gc")));
    }

    [Fact]
    public void Queries_of_PostgreSQL_are_logged_as_their_client_wrote_them()
    {
        using var database = new PostgresServer(_workspace);
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(
            Rule("query", database.Program, "postgresql:query__start", "args: [query: string]"),
            Rule("commit", database.Program, "postgresql:transaction__*", "args: 1", "when: arg1 > 0"))));

        Assert.Equal("42\n", database.Query("select 6 * 7"));
        Assert.Equal("CREATE TABLE\nINSERT 0 3\n3\n", database.Query(
            "create table item(n int)", "insert into item values (1), (2), (3)", "select count(*) from item"));

        agent.WaitForEvents("query", 4);
        agent.Stop();
        Assert.Equal(
            ["select 6 * 7", "create table item(n int)", "insert into item values (1), (2), (3)", "select count(*) from item"],
            agent.Events("query").Select(line => line.Json.GetProperty("args").GetProperty("query").GetString()));
        Assert.Superset(
            new HashSet<string>(["postgresql:transaction__commit", "postgresql:transaction__start"]),
            Probes(agent.Events("commit")).ToHashSet());
    }

    [Fact]
    public void Two_rules_on_one_probe_share_its_semaphore()
    {
        var program = TracedProgram.Compile("semaphores");
        using var traced = TracedProgram.Start(program);
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(
            Rule("one", program, "shop:tick", "args: 1"), Rule("two", program, "\"*:ti?k\"", "args: 2"))));

        Assert.Equal("7", traced.Ask("7"));

        agent.WaitForEvents("one", 7);
        agent.WaitForEvents("two", 7);
        agent.Stop();
        Assert.Equal("0 0", traced.Ask("?"));
    }

    [Fact]
    public void What_a_binary_has_is_told_at_the_place_of_the_mistake()
    {
        var program = TracedProgram.Compile("operands");
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            Rule("typo", program, "shop:smal"),
            Rule("more", program, "shop:element", "args: 4"),
            Rule("none", "/bin/sh", "shop:small"),
            Rule("glob", program, "\"shop:x*\""),
            Rule("words", program, "shop:twowords", "args: [a: int]")));

        var run = Command.Run(Repository.Agent, "check", rules);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($":4:11: error TA235: USDT probe 'shop:smal' not found in {program}", run.Errors, StringComparison.Ordinal);
        Assert.Contains("did you mean 'shop:small'", run.Errors, StringComparison.Ordinal);
        Assert.Contains($":8:11: error TA240: arguments 3 and 4 (the probe has 2) cannot be had at shop:element in {program}",
            run.Errors, StringComparison.Ordinal);
        Assert.Contains(":11:11: error TA235: /bin/sh has no USDT probes", run.Errors, StringComparison.Ordinal);
        Assert.Contains("it has shop:constants, shop:element, shop:many, shop:memory, shop:named, shop:place and 4 more",
            run.Errors, StringComparison.Ordinal);
        Assert.Contains(":18:12: error TA240: argument 1 as an integer (it has 16 bytes: bytes(16), ipv6 or 'uint64[2]' shows them)",
            run.Errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Probes(IEnumerable<EventLine> lines) =>
        lines.Select(line => line.Json.GetProperty("symbol").GetString()!).Distinct().Order(StringComparer.Ordinal);

    private void AssertOperands(AttachMethod method, string program, params (string Name, string[] Lines)[] more)
    {
        (string Name, string[] Lines)[] rules =
        [
            ("small", ["args: 4"]), ("wide", ["args: 4"]), ("many", ["args: 12"]), ("constants", ["args: 5"]), ("element", ["args: 2"]),
            ("place", ["args: 1"]), ("registers", ["args: 12"]), ("memory", ["args: 10"]),
            ("twowords", ["args: [block, list: 'int32[4]', number: int, pair: 'int64[2]']"]),
            ("named", ["args: [status: int8, _, path: string, buffer: bytes(2), size: size_t]"]), .. more,
        ];
        PrintedLines.AssertLogged(
            method,
            _workspace, program, RuleText.File([.. rules.Select(rule => Rule(rule.Name, program, $"shop:{rule.Name}", rule.Lines))]),
            rules.Select(rule => rule.Name));
    }

    private static string Rule(string name, string binary, string probe, params string[] lines) =>
        $"  - name: {name}\n    binary: {binary}\n    usdt: {probe}\n" + string.Concat(lines.Select(line => $"    {line}\n"));
}
