namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// Two functions that a program has once. <c>touch</c> brings in the page of an address when nobody else can make the thread
/// wait for it: a thread that waits in a program for a FUSE server, another machine or a userfaultfd holds up every detach
/// on the host (RCU tasks trace). <c>judge</c> is what bpf_find_vma calls, with the mapping locked.
/// Between the two another thread can put another mapping there. Of a process that nobody vouches for, a page is
/// therefore only waited for when nobody else has its address space, and by bpf_copy_from_user_task: that one does not wait
/// for a userfaultfd (FAULT_FLAG_ALLOW_RETRY is not set, fs/userfaultfd.c), which another process could register from outside.
/// It holds the lock of the address space while it waits, which other threads would feel.
/// </summary>
internal sealed class PageCheck(Assembler code, PageWaits waits)
{
    /// <summary>Bytes of stack that the functions use, each a multiple of 32.</summary>
    public const int StackSize = 64;

    private const int Word = -8;
    private const int Byte = -16;
    private const int Busy = -16;
    private const int FileType = 0xf000;
    private const int RegularFile = 0x8000;

    /// <summary>VM_PFNMAP and VM_IO (include/linux/mm.h): a device's memory.</summary>
    private const int DeviceMemory = 0x400 | 0x4000;

    private readonly Label _touch = new();
    private readonly Label _judge = new();

    /// <summary>The word that <c>touch</c> hands to <c>judge</c>: its initial value and the results.</summary>
    private enum Verdict
    {
        UnknownOwner = 0,
        TrustedOwner = 1,
        Refused = 2,
        Wait = 3,
        WaitAlone = 4,
    }

    /// <summary>
    /// Emits a call of <c>touch</c> with the address in r1. r0 is then 1 when the page exists but must not be waited for.
    /// </summary>
    public void Call() => code.Call(_touch);

    /// <summary>Emits the functions, after the program; null when nothing calls them.</summary>
    public ProgramFunctions? EmitFunctions()
    {
        if (!_touch.IsTarget)
        {
            return null;
        }

        EmitTouch();
        EmitJudge();
        return new ProgramFunctions(_touch.Position, _judge.Position);
    }

    private void EmitTouch()
    {
        var refused = new Label();
        var alone = new Label();
        var wait = new Label();
        var end = new Label();
        code.Place(_touch);
        code.Move(Reg.R6, Reg.R1);
        StoreTrust();
        code.Call(BpfFunction.GetCurrentTask);
        code.Move(Reg.R7, Reg.R0);
        code.Move(Reg.R1, Reg.R0);
        code.Move(Reg.R2, Reg.R6);
        code.FunctionAddress(Reg.R3, _judge);
        code.Move(Reg.R4, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R4, Word);
        code.Set(Reg.R5, 0);
        code.Call(BpfFunction.FindMapping);

        // Another thread holds mmap_lock to change the mappings: bpf_find_vma (kernel/bpf/task_iter.c) only tries to take it.
        code.JumpIf(Opcode.IfEqual, Reg.R0, Busy, refused);
        code.Load(Reg.R1, Reg.Frame, Word);
        code.JumpIf(Opcode.IfEqual, Reg.R1, (int)Verdict.Refused, refused);
        code.JumpIf(Opcode.IfEqual, Reg.R1, (int)Verdict.Wait, wait);
        code.JumpIf(Opcode.IfEqual, Reg.R1, (int)Verdict.WaitAlone, alone);
        code.Jump(end);

        code.Place(wait);
        PrepareCopy();
        code.Call(BpfFunction.CopyFromUser);
        code.Jump(end);

        code.Place(alone);
        PrepareCopy();
        code.Move(Reg.R4, Reg.R7);
        code.Set(Reg.R5, 0);
        code.Call(BpfFunction.CopyFromUserTask);

        code.Place(end);
        code.Set(Reg.R0, 0);
        code.Exit();
        code.Place(refused);
        code.Set(Reg.R0, 1);
        code.Exit();
    }

    private void StoreTrust()
    {
        if (waits.OfEverybody)
        {
            code.Store(Reg.Frame, Word, (int)Verdict.TrustedOwner, 8);
            return;
        }

        code.Store(Reg.Frame, Word, (int)Verdict.UnknownOwner, 8);
        if (waits.Users.Count == 0)
        {
            return;
        }

        var trustedOwner = new Label();
        var known = new Label();
        code.Call(BpfFunction.GetCurrentUidGid);
        foreach (var user in waits.Users)
        {
            // bpf_get_current_uid_gid (kernel/bpf/helpers.c) has the group in the upper half: compare 32 bits.
            code.JumpIfInt(Opcode.IfEqual, Reg.R0, (int)user, trustedOwner);
        }

        code.Jump(known);
        code.Place(trustedOwner);
        code.Store(Reg.Frame, Word, (int)Verdict.TrustedOwner, 8);
        code.Place(known);
    }

    private void PrepareCopy()
    {
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, Byte);
        code.Set(Reg.R2, 1);
        code.Move(Reg.R3, Reg.R6);
    }

    private void EmitJudge()
    {
        var fields = waits.Fields;
        var local = new Label();
        var trusted = new Label();
        var end = new Label();
        code.Place(_judge);
        code.Move(Reg.R6, Reg.R2);
        code.Move(Reg.R7, Reg.R3);
        code.Load(Reg.R8, Reg.R7, 0);
        code.Store(Reg.R7, 0, (int)Verdict.Refused, 8);
        if (fields.FaultHandler is { } handler)
        {
            Read(Reg.R6, handler, 8, end);
            code.JumpIf(Opcode.IfNotEqual, Reg.R1, 0, end);
        }

        Read(Reg.R6, fields.Flags, 8, end);
        code.JumpIf(Opcode.IfAnySet, Reg.R1, DeviceMemory, end);
        Read(Reg.R6, fields.Operations, 8, end);
        code.JumpIf(Opcode.IfEqual, Reg.R1, 0, local);
        Read(Reg.R6, fields.File, 8, end);
        code.JumpIf(Opcode.IfEqual, Reg.R1, 0, local);
        Read(Reg.R1, fields.Inode, 8, end);
        code.Move(Reg.R9, Reg.R1);

        // A device file lies in a file system that can be trusted, whatever the device does.
        Read(Reg.R9, fields.Mode, 2, end);
        code.Arithmetic(Opcode.And, Reg.R1, FileType);
        code.JumpIf(Opcode.IfNotEqual, Reg.R1, RegularFile, end);
        Read(Reg.R9, fields.FileSystem, 8, end);
        Read(Reg.R1, fields.Magic, 8, end);
        foreach (var magic in LocalFileSystems.Magics)
        {
            code.JumpIfInt(Opcode.IfEqual, Reg.R1, (int)magic, local);
        }

        code.Jump(end);
        code.Place(local);
        code.JumpIf(Opcode.IfEqual, Reg.R8, (int)Verdict.TrustedOwner, trusted);
        Read(Reg.R6, fields.AddressSpace, 8, end);
        Read(Reg.R1, fields.SpaceUsers, 4, end);
        code.JumpIf(Opcode.IfNotEqual, Reg.R1, 1, end);
        code.Store(Reg.R7, 0, (int)Verdict.WaitAlone, 8);
        code.Jump(end);
        code.Place(trusted);
        code.Store(Reg.R7, 0, (int)Verdict.Wait, 8);
        code.Place(end);
        code.Set(Reg.R0, 0);
        code.Exit();
    }

    /// <summary>Reads a field of a kernel structure into r1.</summary>
    private void Read(Reg structure, int offset, int size, Label failed)
    {
        code.Move(Reg.R3, structure);
        code.Arithmetic(Opcode.Add, Reg.R3, offset);
        code.Store(Reg.Frame, Word, 0, 8);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, Word);
        code.Set(Reg.R2, size);
        code.Call(BpfFunction.ProbeReadKernel);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, failed);
        code.Load(Reg.R1, Reg.Frame, Word);
    }
}
