using System.Globalization;
using TraceAgent.Bpf.Compiler;

namespace TraceAgent.Bpf.Programs;

/// <summary>This process as programs in the kernel see it.</summary>
internal static class AgentProcessId
{
    /// <summary>
    /// The process's ID in the first PID namespace, which is what <c>bpf_get_current_pid_tgid</c> returns. A process in another
    /// PID namespace (a container) sees another ID, and no file there has the first.
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
    /// True when /proc has this process under that ID: /proc belongs to a PID namespace, which need not be that of the process.
    /// </summary>
    public static bool IsShownAs(uint id) => new FileInfo("/proc/self").LinkTarget == id.ToString(CultureInfo.InvariantCulture);
}
