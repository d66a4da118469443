using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The part for what differs from process to process, and from thread to thread.</summary>
internal sealed partial class ExprCompiler
{
    /// <summary>The offset in the entry of the call, in r8, of where the file lies; null where there is no such entry.</summary>
    public int? KeptLoadAddress { get; init; }

    /// <summary>Bytes from the start of the kernel's <c>task_struct</c> to the thread pointer.</summary>
    public int ThreadPointer { get; init; }

    /// <summary>Bytes from the start of the kernel's <c>task_struct</c> to when the thread began.</summary>
    public int ThreadStart { get; init; }

    /// <summary>The map with registers as they were on entry: see <see cref="EntryValueLayout"/>.</summary>
    public int EntryValues { get; init; } = -1;

    /// <summary>The label for a call whose entry was not seen; null where that is a fault like others.</summary>
    public Label? NotSeen { get; set; }

    /// <summary>Writes the key of a call in <see cref="EntryValues"/>.</summary>
    /// <param name="stackPointer">The stack pointer on entry.</param>
    /// <param name="key">The offset of the key from the frame pointer.</param>
    /// <param name="onFault">The label to jump to when memory cannot be read.</param>
    public void WriteEntryValueKey(Expr stackPointer, int key, Label onFault)
    {
        Compute(stackPointer, Reg.R0, onFault);
        code.Store(Reg.Frame, key + EntryValueLayout.KeyStackPointer, Reg.R0);
        code.Call(BpfFunction.GetCurrentPidTgid);
        code.Store(Reg.Frame, key, Reg.R0);
        ReadOfTask(ThreadStart, key + EntryValueLayout.KeyThreadStart);
    }

    private void ComputeEntryValue(Expr.EntryValue entry, Reg target, Label onFault)
    {
        var key = Reserve(EntryValueLayout.KeySize);
        WriteEntryValueKey(entry.StackPointer, key, onFault);
        code.MapFd(Reg.R1, EntryValues);
        code.Move(Reg.R2, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R2, key);
        code.Call(BpfFunction.MapLookup);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, NotSeen ?? onFault);
        code.Load(target, Reg.R0, entry.Index * sizeof(ulong));
        Release(EntryValueLayout.KeySize);
    }

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
        ReadOfTask(ThreadPointer, temporary);
        code.Load(target, Reg.Frame, temporary);
        Release(8);
    }

    /// <summary>Reads 8 bytes of the kernel's <c>task_struct</c> of the thread that runs to a place on the stack.</summary>
    private void ReadOfTask(int offset, int place)
    {
        code.Call(BpfFunction.GetCurrentTask);
        code.Move(Reg.R3, Reg.R0);
        code.Arithmetic(Opcode.Add, Reg.R3, offset);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, place);
        code.Set(Reg.R2, 8);
        code.Call(BpfFunction.ProbeReadKernel);
    }
}
