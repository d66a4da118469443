using System.Globalization;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Programs;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture.Plans;

namespace TraceAgent.EndToEnd;

/// <summary>
/// Another tracer lets a thread wait in its program, as ours once did: no tracer detaches meanwhile, and this agent says why.
/// </summary>
public sealed class HeldDetachTests : IDisposable
{
    /// <summary>The host's other tracers wait as well: long enough to be seen, and no longer.</summary>
    private const int DelayMs = 4000;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_stop_that_waits_for_a_thread_of_a_traced_program_says_for_which_and_where_it_waits()
    {
        var executable = TracedProgram.Compile("strangers");
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("take", executable, "Take", "args: 1")));
        using var program = TracedProgram.Start(executable, "userfaultfd", $"{DelayMs}", "0", "1", _workspace.Root);
        Assert.Equal("ready", program.ReadLine());
        using var waiting = BpfProgram.Load(ProgramThatWaits(), "ta_waits", UprobeLink.TraceUprobeMulti);
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);
        var link = UprobeLink.Attach(
            Bpf.Uprobes.AttachMethod.Multi,
            waiting,
            new UprobeFile(executable, executable),
            [new UprobePlace(OffsetOf(executable, "Take"), 0)],
            onReturn: false);
        try
        {
            program.WriteLine("call");
            agent.WaitForEvents("take");
            agent.Terminate();
            agent.AssertEnds(exitCode: 0);

            Assert.Contains(agent.Messages, message =>
                message.Contains(
                    $"for thread {program.Pid} of strangers (process {program.Pid}), which waits inside a probe, in handle_userfault",
                    StringComparison.Ordinal));
            Assert.Equal("called", program.ReadLine());
        }
        finally
        {
            link.Dispose();
        }
    }

    private static ProbeProgram ProgramThatWaits()
    {
        var code = new Assembler();
        code.Load(Reg.R3, Reg.R1, Architecture.X64.RegisterOffsets[((Expr.Register)Architecture.X64.Argument(0)).Number]);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, -8);
        code.Set(Reg.R2, 1);
        code.Call(BpfFunction.CopyFromUser);
        code.Set(Reg.R0, 0);
        code.Exit();
        return new ProbeProgram(OnReturn: false, Sleepable: true, code.Finish());
    }

    /// <summary>The code of a position-independent executable lies in the file where nm says it lies in memory.</summary>
    private static ulong OffsetOf(string executable, string function)
    {
        var line = Command.OutputOf("nm", executable).Split('\n').Single(line => line.EndsWith($" T {function}", StringComparison.Ordinal));
        return ulong.Parse(line.Split(' ')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
