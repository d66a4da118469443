using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The part for what differs from process to process, and from thread to thread.</summary>
internal sealed partial class ExprCompiler
{
    /// <summary>The offset in the entry of the call, in r8, of where the file lies; null where there is no such entry.</summary>
    public int? KeptLoadAddress { get; init; }

    /// <summary>Bytes from the start of the kernel's <c>task_struct</c> to the thread pointer.</summary>
    public int ThreadPointer { get; init; }

    /// <summary>
    /// The instruction pointer, less the offset in the file of what was hit; on return of a paired call what its entry has kept.
    /// </summary>
    private void ComputeLoadAddress(Reg target)
    {
        if (KeptLoadAddress is { } kept)
        {
            code.Load(target, Reg.R8, kept);
            return;
        }

        // Not ProgramCode.FindCookie: what one branch has found, the others must not take for known.
        code.Move(Reg.R1, Reg.R6);
        code.Call(BpfFunction.GetAttachCookie);
        code.Arithmetic(Opcode.ShiftRight, Reg.R0, SiteCookie.FunctionShift);
        code.Load(Reg.R1, Reg.R6, registers.InstructionPointerOffset);
        code.Arithmetic(Opcode.Subtract, Reg.R1, Reg.R0);
        code.Move(target, Reg.R1);
    }

    /// <summary>
    /// The thread pointer as the kernel keeps it for the thread that runs (<c>task_struct.thread.fsbase</c>: do_arch_prctl_64 in
    /// arch/x86/kernel/process_64.c). It cannot fail: the helper leaves zeros of what it does not read.
    /// </summary>
    private void ComputeThreadPointer(Reg target)
    {
        var temporary = Reserve(8);
        code.Call(BpfFunction.GetCurrentTask);
        code.Move(Reg.R3, Reg.R0);
        code.Arithmetic(Opcode.Add, Reg.R3, ThreadPointer);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, temporary);
        code.Set(Reg.R2, 8);
        code.Call(BpfFunction.ProbeReadKernel);
        code.Load(target, Reg.Frame, temporary);
        Release(8);
    }
}
