namespace TraceAgent.EndToEnd.DoNoHarm;

/// <summary>
/// Calls on stacks that programs switch, leave and unwind by themselves: the program is as without us, and the lines are right.
/// </summary>
public sealed class UnusualStackTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Calls_of_fibers_handlers_threads_that_end_and_deep_recursion_are_logged(AttachMethod method)
    {
        var workload = new Workload("hard", _workspace);
        var program = workload.Binaries[0];
        var expected = workload.Run();
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(
            Rule("step", program, "step", "args: [who: int, n: int]"),
            Rule("helper", program, "helper", "args: [n: int]"),
            Rule("leave", program, "leave", "args: [how: long]"),
            Rule("deeper", program, "deeper", "args: [n: int]"),
            Rule("recurse", program, "recurse", "args: [n: int]"))));

        Assert.Equal(expected, workload.Run());

        agent.Stop();
        Assert.Equal(
            Enumerable.Range(0, 5).SelectMany(n => new[] { n, 1000 + n }).Order(),
            agent.Events("step").Select(line => (int)line.Ret).Order());
        Assert.All(agent.Events("step"), line => Assert.Equal((line.Arg("who") * 1000) + line.Arg("n"), line.Ret));
        Assert.Equal(203, agent.Events("helper").Count);
        Assert.All(agent.Events("helper"), line => Assert.Equal(line.Arg("n") + 1, line.Ret));
        Assert.Equal(0, Assert.Single(agent.Events("leave")).Arg("how"));
        Assert.Empty(agent.Events("deeper"));
        Assert.Equal(Enumerable.Range(0, 201).Select(n => (long)n), agent.Events("recurse").Select(line => line.Ret).Order());
        var output = string.Join('\n', agent.Messages);
        Assert.Contains("leave: 3 calls were entered but not seen to return", output, StringComparison.Ordinal);
        Assert.Contains(
            "has no return",
            Assert.Single(agent.Messages, message => message.Contains("error TA237: deeper", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_on_a_function_of_libc_in_which_a_thread_is_cancelled_leaves_no_lock_held()
    {
        var workload = new Workload("hard", _workspace);
        var libc = workload.Binaries.Single(binary => Path.GetFileName(binary) == "libc.so.6");
        var expected = workload.Run();
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(
            [.. ((string[])["pause", "usleep", "read", "nanosleep", "clock_nanosleep", "fgets"])
                .Select(symbol => Rule(symbol.Replace('_', '-'), libc, symbol, "args: 1"))])));

        Assert.Equal(expected, workload.Run());

        Assert.NotEmpty(agent.WaitForEvents("usleep"));
        agent.Stop();
    }

    private static string Rule(string name, string binary, string symbol, string arguments) =>
        RuleText.Rule(name, binary, symbol, arguments, "ret: long", "on: call", "budget: none");
}
