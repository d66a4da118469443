using TraceAgent.Capture;

namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// Emits the program on <c>raw_tp/signal_generate</c> that reports signals by which the kernel ends a thread for what it has done
/// itself (<c>force_sig</c>): whether the thread has been through a uprobe (it has a <c>utask</c> then), and which files its
/// process may execute. Runs when such a signal is made, and at no hit. The signal lock is held: nothing here waits. Kernels that
/// cannot iterate over mappings there do it at the end of the thread, on <c>raw_tp/sched_process_exit</c>: from 6.16 on, the
/// mappings still exist then.
/// </summary>
internal static class FatalSignalCode
{
    /// <summary>The maximum number of executable files in a notice.</summary>
    public const int MaxFiles = 128;

    /// <summary>VM_EXEC (include/linux/mm.h): the kernel puts breakpoints only into such mappings.</summary>
    private const int Executable = 4;

    private const int ForceWakeup = 2;
    private const int Scratch = -8;
    private const int Iterator = -16;
    private const int FromKernel = 1;

    private const int SignalOfStatus = 0x7f;

    /// <summary>SIGILL, SIGTRAP, SIGBUS, SIGSEGV, SIGSYS: the numbers of x86 and arm64.</summary>
    private static readonly int[] Faults = [4, 5, 7, 11, 31];

    /// <summary>The signals of <see cref="Faults"/> and SIGABRT, by which handlers of the others end a process.</summary>
    private static readonly int[] Ends = [4, 5, 6, 7, 11, 31];

    /// <param name="ring">The ring of notices.</param>
    /// <param name="variables">The variables, of which the first word counts notices that found the ring full.</param>
    /// <param name="fields">The offsets of the running kernel's fields.</param>
    /// <param name="atEnd">True for the program on <c>sched_process_exit</c>, false for <c>signal_generate</c>.</param>
    public static ProbeProgram Make(int ring, int variables, SignalFields fields, bool atEnd)
    {
        var code = new Assembler();
        var exit = new Label();
        var reserved = new Label();
        if (atEnd)
        {
            code.Load(Reg.R9, Reg.R1, 0);
            Read(code, Reg.R9, fields.ExitStatus, 4);
            code.Move(Reg.R7, Reg.R1);
            code.Arithmetic(Opcode.And, Reg.R7, SignalOfStatus);
            LeaveUnless(code, Ends, exit);
        }
        else
        {
            code.Load(Reg.R7, Reg.R1, 0);
            code.Load(Reg.R8, Reg.R1, 8);
            code.Load(Reg.R9, Reg.R1, 16);
            LeaveUnless(code, Faults, exit);
            LeaveUnlessForced(code, fields, exit);
        }

        code.Call(BpfFunction.GetCurrentTask);

        // Another's signal says nothing of what this thread has done.
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, Reg.R9, exit);
        code.Move(Reg.R9, Reg.R0);
        code.MapFd(Reg.R1, ring);
        code.Set(Reg.R2, ProcessNotice.HeaderSize + (MaxFiles * 8));
        code.Set(Reg.R3, 0);
        code.Call(BpfFunction.RingbufReserve);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, reserved);
        code.MapValue(Reg.R1, variables, 0);
        code.Set(Reg.R2, 1);
        code.AtomicAdd(Reg.R1, 0, Reg.R2);
        code.Jump(exit);
        code.Place(reserved);
        code.Move(Reg.R8, Reg.R0);
        WriteHeader(code, fields, atEnd ? ProcessNotice.AtEnd : 0);
        if (fields.FileIterator is { } iterator)
        {
            WriteFiles(code, fields, iterator);
        }

        code.Move(Reg.R1, Reg.R8);
        code.Set(Reg.R2, ForceWakeup);
        code.Call(BpfFunction.RingbufSubmit);
        code.Place(exit);
        code.Set(Reg.R0, 0);
        code.Exit();
        return new ProbeProgram(OnReturn: false, Sleepable: false, code.Finish());
    }

    /// <summary>Leaves unless the signal in r7 is one of these.</summary>
    private static void LeaveUnless(Assembler code, int[] signals, Label exit)
    {
        var one = new Label();
        foreach (var signal in signals)
        {
            code.JumpIf(Opcode.IfEqual, Reg.R7, signal, one);
        }

        code.Jump(exit);
        code.Place(one);
    }

    /// <summary>Leaves unless the signal was forced by the kernel. The <c>kernel_siginfo</c> is in r8.</summary>
    private static void LeaveUnlessForced(Assembler code, SignalFields fields, Label exit)
    {
        var forced = new Label();

        // SEND_SIG_NOINFO and SEND_SIG_PRIV (include/linux/sched/signal.h), or a siginfo whose code is positive when the kernel made it.
        code.JumpIf(Opcode.IfEqual, Reg.R8, 0, exit);
        code.JumpIf(Opcode.IfEqual, Reg.R8, FromKernel, forced);
        Read(code, Reg.R8, fields.SignalCode, 4);
        code.Arithmetic(Opcode.ShiftLeft, Reg.R1, 32);
        code.Arithmetic(Opcode.ShiftRightArithmetic, Reg.R1, 32);
        code.JumpIf(Opcode.IfLessOrEqual, Reg.R1, 0, exit);
        code.Place(forced);
    }

    /// <summary>Writes the header of the record in r8, about the thread in r9.</summary>
    private static void WriteHeader(Assembler code, SignalFields fields, int flags)
    {
        var notProbed = new Label();
        var byDefault = new Label();
        code.Store(Reg.R8, ProcessNotice.ActOffset, (int)ProcessAct.Signalled, 4);
        code.Store(Reg.R8, ProcessNotice.SignalOffset, Reg.R7, 4);
        code.Store(Reg.R8, ProcessNotice.PathLengthOffset, 0, 8);
        code.Call(BpfFunction.GetCurrentPidTgid);
        code.Store(Reg.R8, ProcessNotice.OriginOffset, Reg.R0, 4);
        code.Arithmetic(Opcode.ShiftRight, Reg.R0, 32);
        code.Store(Reg.R8, ProcessNotice.PidOffset, Reg.R0, 4);
        code.Call(BpfFunction.KtimeGetNs);
        code.Store(Reg.R8, ProcessNotice.TimeOffset, Reg.R0);
        Read(code, Reg.R9, fields.GroupLeader, 8);
        Read(code, Reg.R1, fields.StartTime, 8);
        code.Store(Reg.R8, ProcessNotice.StartTimeOffset, Reg.R1);

        code.Set(Reg.R6, flags);
        Read(code, Reg.R9, fields.UprobeTask, 8);
        code.JumpIf(Opcode.IfEqual, Reg.R1, 0, notProbed);
        code.Arithmetic(Opcode.Or, Reg.R6, ProcessNotice.Probed);
        code.Place(notProbed);
        Read(code, Reg.R9, fields.SignalHandlers, 8);
        code.Arithmetic(Opcode.Multiply, Reg.R7, fields.ActionSize);
        code.Arithmetic(Opcode.Add, Reg.R1, Reg.R7);
        Read(code, Reg.R1, fields.FirstHandler - fields.ActionSize, 8);
        code.JumpIf(Opcode.IfEqual, Reg.R1, 0, byDefault);
        code.Arithmetic(Opcode.Or, Reg.R6, ProcessNotice.Handled);
        code.Place(byDefault);
        code.Store(Reg.R8, ProcessNotice.FlagsOffset, Reg.R6, 4);

        Read(code, Reg.R9, fields.AddressSpace, 8);
        Read(code, Reg.R1, fields.ExecutableFile, 8);
        Read(code, Reg.R1, fields.Inode, 8);
        code.Move(Reg.R6, Reg.R1);
        Read(code, Reg.R6, fields.InodeNumber, 8);
        code.Store(Reg.R8, ProcessNotice.InodeOffset, Reg.R1);
        Read(code, Reg.R6, fields.FileSystem, 8);
        Read(code, Reg.R1, fields.Device, 4);
        code.Store(Reg.R8, ProcessNotice.DeviceOffset, Reg.R1, 4);
    }

    /// <summary>
    /// Writes the inode numbers of the files. The length so far is kept in the record: in a register, the verifier would look at
    /// the loop once for each of its values, which takes it 40 ms; it does not track memory.
    /// </summary>
    private static void WriteFiles(Assembler code, SignalFields fields, FileIterator iterator)
    {
        var next = new Label();
        var done = new Label();
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, Iterator);
        code.Move(Reg.R2, Reg.R9);
        code.Set(Reg.R3, 0);
        code.CallKernel(iterator.New);
        code.Place(next);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, Iterator);
        code.CallKernel(iterator.Next);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, done);
        code.Move(Reg.R6, Reg.R0);
        Read(code, Reg.R6, fields.MappingFlags, 8);
        code.Arithmetic(Opcode.And, Reg.R1, Executable);
        code.JumpIf(Opcode.IfEqual, Reg.R1, 0, next);
        Read(code, Reg.R6, fields.MappedFile, 8);
        code.JumpIf(Opcode.IfEqual, Reg.R1, 0, next);
        Read(code, Reg.R1, fields.Inode, 8);
        Read(code, Reg.R1, fields.InodeNumber, 8);
        code.Load(Reg.R2, Reg.R8, ProcessNotice.PathLengthOffset, 2);
        code.JumpIf(Opcode.IfAboveOrEqual, Reg.R2, MaxFiles * 8, done);
        code.Arithmetic(Opcode.And, Reg.R2, (MaxFiles - 1) * 8);
        code.Move(Reg.R3, Reg.R8);
        code.Arithmetic(Opcode.Add, Reg.R3, Reg.R2);
        code.Store(Reg.R3, ProcessNotice.HeaderSize, Reg.R1);
        code.Arithmetic(Opcode.Add, Reg.R2, 8);
        code.Store(Reg.R8, ProcessNotice.PathLengthOffset, Reg.R2, 2);
        code.Jump(next);
        code.Place(done);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, Iterator);
        code.CallKernel(iterator.Destroy);
    }

    /// <summary>Reads a field of a kernel structure into r1; 0 when it cannot be read.</summary>
    private static void Read(Assembler code, Reg structure, int offset, int size)
    {
        code.Move(Reg.R3, structure);
        code.Arithmetic(Opcode.Add, Reg.R3, offset);
        code.Store(Reg.Frame, Scratch, 0, 8);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, Scratch);
        code.Set(Reg.R2, size);
        code.Call(BpfFunction.ProbeReadKernel);
        code.Load(Reg.R1, Reg.Frame, Scratch);
    }
}

/// <summary>BTF IDs of the kernel functions that iterate over the mappings of a process (6.7 and newer).</summary>
internal sealed record FileIterator(int New, int Next, int Destroy);

/// <summary>Offsets in bytes within the structures of the running kernel.</summary>
internal sealed record SignalFields
{
    /// <summary>The functions that iterate over mappings; null before 6.7, where only the executable is reported.</summary>
    public FileIterator? FileIterator { get; init; }

    public required int SignalCode { get; init; }

    public required int ExitStatus { get; init; }

    public required int UprobeTask { get; init; }

    public required int GroupLeader { get; init; }

    public required int StartTime { get; init; }

    public required int AddressSpace { get; init; }

    public required int SignalHandlers { get; init; }

    /// <summary>Offset of the first signal's handler from <see cref="SignalHandlers"/>.</summary>
    public required int FirstHandler { get; init; }

    /// <summary>Bytes per signal in the array of handlers.</summary>
    public required int ActionSize { get; init; }

    public required int ExecutableFile { get; init; }

    public required int Inode { get; init; }

    public required int InodeNumber { get; init; }

    public required int FileSystem { get; init; }

    public required int Device { get; init; }

    public required int MappingFlags { get; init; }

    public required int MappedFile { get; init; }
}
