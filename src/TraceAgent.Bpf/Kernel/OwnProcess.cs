using System.Globalization;
using TraceAgent.Bpf.Code;

namespace TraceAgent.Bpf.Kernel;

/// <summary>This process as programs in the kernel see it.</summary>
internal static class OwnProcess
{
    /// <summary>
    /// Its ID in the first PID namespace, which is what <c>bpf_get_current_pid_tgid</c> returns. In a namespace of its own (a
    /// container), a process is told another one, and no file there has the first.
    /// </summary>
    public static uint Id()
    {
        var code = new Assembler();
        code.Call(BpfFunction.GetCurrentPidTgid);
        code.Arithmetic(Opcode.ShiftRight, Reg.R0, 32);
        code.Exit();
        return BpfProgram.TryRun(new ProbeProgram(OnReturn: false, Sleepable: false, code.Finish()), "ta_own_process")
            ?? (uint)Environment.ProcessId;
    }

    /// <summary>
    /// Whether /proc has this process under that number: it belongs to a PID namespace, which need not be that of the process.
    /// </summary>
    public static bool IsShownAs(uint id) => new FileInfo("/proc/self").LinkTarget == id.ToString(CultureInfo.InvariantCulture);
}
