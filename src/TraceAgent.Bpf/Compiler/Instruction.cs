namespace TraceAgent.Bpf.Compiler;

/// <summary>One 8-byte BPF instruction (RFC 9669, section 3).</summary>
/// <param name="Opcode">Class, source or size, and operation.</param>
/// <param name="Destination">Register 0 to 10.</param>
/// <param name="Source">Register 0 to 10, or a pseudo source of a 64-bit immediate.</param>
/// <param name="Offset">The offset: in bytes for memory, in instructions from the next one for a jump.</param>
public readonly record struct Instruction(byte Opcode, byte Destination, byte Source, short Offset, int Immediate)
{
    /// <summary>The instruction as the kernel takes it on a little-endian machine.</summary>
    public ulong Encoded =>
        Opcode | ((ulong)(Destination | (Source << 4)) << 8) | ((ulong)(ushort)Offset << 16) | ((ulong)(uint)Immediate << 32);

    public override string ToString() => Disassembler.Describe(this, null);
}

/// <summary>The registers by role (RFC 9669, section 2); r6 to r9 survive calls.</summary>
internal enum Reg : byte
{
    R0 = 0,
    R1 = 1,
    R2 = 2,
    R3 = 3,
    R4 = 4,
    R5 = 5,
    R6 = 6,
    R7 = 7,
    R8 = 8,
    R9 = 9,

    /// <summary>The frame pointer, read-only; the stack is the 512 bytes below it.</summary>
    Frame = 10,
}

/// <summary>Kernel helpers by number (include/uapi/linux/bpf.h, ___BPF_FUNC_MAPPER).</summary>
internal enum BpfFunction
{
    MapLookup = 1,
    MapUpdate = 2,
    MapDelete = 3,
    KtimeGetNs = 5,
    GetRandom = 7,

    /// <summary>Appears in programs, but is never reached: see <see cref="ProgramCode.Finish"/>.</summary>
    TailCall = 12,
    GetCurrentPidTgid = 14,
    GetCurrentUidGid = 15,
    GetCurrentComm = 16,
    GetCurrentCgroupId = 80,
    ProbeReadUser = 112,
    ProbeReadKernel = 113,
    ProbeReadUserStr = 114,
    ProbeReadKernelStr = 115,
    GetCurrentAncestorCgroupId = 123,
    RingbufReserve = 131,
    RingbufSubmit = 132,
    RingbufDiscard = 133,
    RingbufQuery = 134,
    CopyFromUser = 148,

    /// <summary>bpf_get_current_task_btf: a pointer that other helpers take.</summary>
    GetCurrentTask = 158,
    GetAttachCookie = 174,

    /// <summary>bpf_find_vma: calls a function with the mapping of an address.</summary>
    FindMapping = 180,
    CopyFromUserTask = 191,
}
