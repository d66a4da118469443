using TraceAgent.Bpf.Uprobes;
using KernelMethod = TraceAgent.Bpf.Uprobes.AttachMethod;

namespace TraceAgent.EndToEnd;

/// <summary>Programs that a seccomp filter ends for any unexpected system call.</summary>
public sealed class SeccompTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void The_process_of_the_trial_is_ended_by_its_filter_for_a_system_call_of_its_own() =>
        Assert.True(SeccompProbe.EndsBySignal(KernelMethod.Multi, callsOut: true));

    [Theory, BothWays]
    public void What_the_trial_says_of_this_kernel_is_what_happens(AttachMethod method)
    {
        var program = TracedProgram.Compile("filtered");
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(
            "square", program, "Square", "args: 1", "on: call", "return_at: caller", "unsafe: true")));
        using var running = TracedProgram.Start(program);
        Assert.Equal("9", running.Ask("3"));
        using var agent = AgentProcess.Start(method, rules);
        if (SeccompProbe.ReturnsAreFatal(KernelMethod.Multi))
        {
            Assert.Equal(1, agent.MessagesWith("TA231"));
            Assert.Equal("16", running.Ask("4"));
            return;
        }

        Assert.Equal("16", running.Ask("4"));
        var call = Assert.Single(agent.WaitForEvents("square"));
        Assert.Equal((4, 16), (call.Arg(1), call.Ret));
        Assert.Equal("", running.Finish());
        agent.Stop();
    }

    [Theory, BothWays]
    public void Returns_at_ret_need_no_system_call(AttachMethod method)
    {
        var program = TracedProgram.Compile("filtered");
        var rules = _workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("square", program, "Square", "args: 1", "on: call")));
        using var running = TracedProgram.Start(program);
        Assert.Equal("9", running.Ask("3"));
        using var agent = AgentProcess.Start(method, rules);

        Assert.Equal("16", running.Ask("4"));

        var call = Assert.Single(agent.WaitForEvents("square"));
        Assert.Equal((4, 16), (call.Arg(1), call.Ret));
        Assert.Equal("", running.Finish());
        agent.Stop();
    }
}
