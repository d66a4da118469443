using TraceAgent.Bpf.Code;

namespace TraceAgent.Bpf.Kernel;

/// <summary>Whether a program on a uprobe may wait for a page: from 6.0 on (kernel/bpf/verifier.c, can_be_sleepable), found out by use.</summary>
internal static class SleepablePrograms
{
    public static bool AreSupported()
    {
        try
        {
            Require();
            return true;
        }
        catch (KernelException)
        {
            return false;
        }
    }

    /// <exception cref="KernelException">Not supported, or not permitted.</exception>
    public static void Require()
    {
        var code = new Assembler();
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, -8);
        code.Set(Reg.R2, 1);
        code.Set(Reg.R3, 0);
        code.Call(BpfFunction.CopyFromUser);
        code.Set(Reg.R0, 0);
        code.Exit();
        BpfProgram.Load(new ProbeProgram(OnReturn: false, Sleepable: true, code.Finish()), "ta_sleepable", 0).Dispose();
    }
}
