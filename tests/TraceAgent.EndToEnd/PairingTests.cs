namespace TraceAgent.EndToEnd;

/// <summary>With <c>on: call</c>, the arguments and the result of a line belong to the same call.</summary>
public class PairingTests : IDisposable
{
    private const int Threads = 8;
    private const int CallsOfThread = 300;
    private readonly Workspace _workspace = new();

    protected virtual string ReturnAt => "ret";

    public void Dispose()
    {
        _workspace.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory, BothWays]
    public void Each_level_of_a_recursion_has_its_own_arguments_and_result(AttachMethod method)
    {
        var program = TracedProgram.Compile("recursion");
        using var agent = Start(method, program, "Down");

        Assert.Equal("211\n1210\n", Command.OutputOf(program));

        agent.WaitForEvents("rule", 42);
        agent.Stop();
        // The innermost call returns first.
        var expected = new[] { 1L, 1000 }.SelectMany(tag => Enumerable.Range(0, 21).Select(depth =>
            (depth: (long)depth, tag, ret: tag + (depth * (depth + 1) / 2))));
        Assert.Equal(expected, agent.Events("rule").Select(line => (line.Arg(1), line.Arg(2), line.Ret)));
    }

    [Theory, BothWays]
    public void Threads_never_mix(AttachMethod method)
    {
        var program = TracedProgram.Compile("threads");
        using var agent = Start(method, program, "Mix", "--ring-size", "16777216");

        Command.OutputOf(program, $"{CallsOfThread}");

        agent.WaitForEvents("rule", Threads * CallsOfThread);
        agent.Stop();
        var events = agent.Events("rule");
        Assert.All(events, line => Assert.Equal((line.Arg(1) * 1000000) + (line.Arg(2) * 7), line.Ret));
        var threads = events.GroupBy(line => line.Tid).ToList();
        Assert.Equal(Threads, threads.Count);
        Assert.All(threads, thread =>
        {
            Assert.Single(thread.Select(line => line.Arg(1)).Distinct());
            Assert.Equal(Enumerable.Range(0, CallsOfThread).Select(number => (long)number), thread.Select(line => line.Arg(2)));
        });
    }

    [Theory, BothWays]
    public void Calls_left_by_longjmp_are_forgotten(AttachMethod method)
    {
        var program = TracedProgram.Compile("jumps");
        using var agent = Start(method, program, "Nest");

        // 25 rounds return 10 × round + 3.
        Assert.Equal("6575\n", Command.OutputOf(program));

        agent.WaitForEvents("rule", 100);
        agent.Stop();
        var expected = Enumerable.Range(1, 25).SelectMany(half => Enumerable.Range(0, 4).Select(depth =>
            (depth: (long)depth, round: 2L * half, ret: (20L * half) + depth)));
        Assert.Equal(expected, agent.Events("rule").Select(line => (line.Arg(1), line.Arg(2), line.Ret)));
    }

    [Theory, BothWays]
    public void A_replaced_rule_does_not_take_a_later_call_for_one_that_was_left_by_longjmp(AttachMethod method)
    {
        var program = TracedProgram.Compile("leaving");
        using var agent = Start(method, program, "Visit");
        using var leaving = TracedProgram.Start(program);
        Assert.Equal("left", leaving.Ask("leave"));

        _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("rule", program, "Visit", "args: 2", "on: entry", "budget: none")));
        agent.WaitForMessage("replaced");
        Assert.Equal("20", leaving.Ask("stay"));
        Assert.Equal("30", leaving.Ask("stay"));

        agent.WaitForEvents("rule", 2);
        agent.Stop();
        Assert.Equal([2L, 3], agent.Events("rule").Select(line => line.Arg(1)));
        leaving.Finish();
    }

    [Theory, BothWays]
    public void A_call_in_flight_when_the_rule_arrives_is_not_guessed_at(AttachMethod method)
    {
        var program = TracedProgram.Compile("waiting");
        using var waiting = TracedProgram.Start(program);
        Assert.Equal("waiting", waiting.Ask("first"));
        using var agent = Start(method, program, "Wait");

        Assert.Equal("10", waiting.Ask("return"));
        Assert.Equal("waiting", waiting.Ask("second"));
        Assert.Equal("20", waiting.Ask("return"));

        agent.WaitForEvents("rule");
        agent.Stop();
        var only = Assert.Single(agent.Events("rule"));
        Assert.Equal((2L, 20L), (only.Arg(1), only.Ret));
        waiting.Finish();
    }

    [Theory, BothWays]
    public void A_call_in_flight_when_the_rule_leaves_returns_unharmed(AttachMethod method)
    {
        var program = TracedProgram.Compile("waiting");
        using var agent = Start(method, program, "Wait");
        using var waiting = TracedProgram.Start(program);
        Assert.Equal("waiting", waiting.Ask("first"));
        var links = KernelObjects.Of(agent.Pid).Links;
        Assert.NotEmpty(links);

        _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("other", program, "main")));
        Eventually.True(() => !KernelObjects.Of(agent.Pid).Links.Overlaps(links), "the rule to leave", agent.Dump);

        Assert.Equal("10", waiting.Ask("return"));
        Assert.Equal("waiting", waiting.Ask("second"));
        Assert.Equal("20", waiting.Ask("return"));
        waiting.Finish();
        agent.Stop();
        Assert.Empty(agent.Events("rule"));
    }

    private AgentProcess Start(AttachMethod method, string program, string symbol, params string[] options) =>
        AgentProcess.Start(
            method,
            _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(
                "rule", program, symbol, "args: 2", "on: call", $"return_at: {ReturnAt}", "unsafe: true", "budget: none"))),
            options);
}

/// <summary>The same where the kernel changes the return address.</summary>
public sealed class PairingAtCallerTests : PairingTests
{
    protected override string ReturnAt => "caller";
}
