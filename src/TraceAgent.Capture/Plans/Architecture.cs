namespace TraceAgent.Capture.Plans;

/// <summary>
/// A processor's calling convention: where a function's values are. Registers are named by their DWARF numbers, the one numbering
/// that ABI tables, location expressions and USDT operands share.
/// </summary>
public sealed record Architecture
{
    /// <summary>The processor's name as in <c>uname -m</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The <c>e_machine</c> of its ELF files.</summary>
    public required ushort ElfMachine { get; init; }

    /// <summary>DWARF numbers of the integer argument registers, in order.</summary>
    public required EquatableArray<int> ArgumentRegisters { get; init; }

    /// <summary>DWARF number of the register with an integer return value.</summary>
    public required int ReturnRegister { get; init; }

    /// <summary>DWARF number of the register with the second half of a return value of 16 bytes.</summary>
    public required int SecondReturnRegister { get; init; }

    /// <summary>DWARF number of the register in which the caller passes the address of a place for a result in memory.</summary>
    public required int ResultAddressRegister { get; init; }

    /// <summary>DWARF number of the stack pointer.</summary>
    public required int StackPointer { get; init; }

    /// <summary>Offset in bytes of each DWARF register in the kernel's <c>struct pt_regs</c>; the index is the DWARF number.</summary>
    public required EquatableArray<int> RegisterOffsets { get; init; }

    /// <summary>Offset in bytes of the instruction pointer in <c>struct pt_regs</c>.</summary>
    public required int InstructionPointerOffset { get; init; }

    /// <summary>Offset in bytes of the flags in <c>struct pt_regs</c>.</summary>
    public required int FlagsOffset { get; init; }

    /// <summary>Bytes from the stack pointer on entry to the first argument passed in memory.</summary>
    public required int FirstStackArgument { get; init; }

    /// <summary>The difference of the stack pointer between entry and return, in bytes: how much higher it is at the return.</summary>
    public required int StackPointerRise { get; init; }

    /// <summary>The maximum number of arguments that a rule may capture.</summary>
    public const int MaxArguments = 12;

    /// <summary>
    /// The x86-64 convention: System V ABI, AMD64 supplement 3.2.3 (arguments) and 3.6.2 (DWARF register numbers); <c>struct
    /// pt_regs</c> of arch/x86/include/uapi/asm/ptrace.h.
    /// </summary>
    public static Architecture X64 { get; } = new()
    {
        Name = "x86_64",
        ElfMachine = 62,
        ArgumentRegisters = [5, 4, 1, 2, 8, 9],
        ReturnRegister = 0,
        SecondReturnRegister = 1,
        ResultAddressRegister = 5,
        StackPointer = 7,
        //                rax rdx rcx rbx  rsi  rdi  rbp rsp  r8  r9  r10 r11 r12 r13 r14 r15 rip
        RegisterOffsets = [80, 96, 88, 40, 104, 112, 32, 152, 72, 64, 56, 48, 24, 16, 8, 0, 128],
        InstructionPointerOffset = 128,
        FlagsOffset = 144,
        FirstStackArgument = 8,
        StackPointerRise = 8,
    };

    /// <summary>
    /// The arm64 convention: Procedure Call Standard for the Arm 64-bit Architecture, 6.8.2; DWARF for the Arm 64-bit
    /// Architecture, 4.1; <c>struct user_pt_regs</c> of arch/arm64/include/uapi/asm/ptrace.h.
    /// </summary>
    public static Architecture Arm64 { get; } = new()
    {
        Name = "aarch64",
        ElfMachine = 183,
        ArgumentRegisters = [0, 1, 2, 3, 4, 5, 6, 7],
        ReturnRegister = 0,
        SecondReturnRegister = 1,
        ResultAddressRegister = 8,
        StackPointer = 31,
        RegisterOffsets = Enumerable.Range(0, 32).Select(register => register * 8).ToEquatableArray(),
        InstructionPointerOffset = 256,
        FlagsOffset = 264,
        FirstStackArgument = 0,
        StackPointerRise = 0,
    };

    /// <summary>The architecture that the agent runs on.</summary>
    public static Architecture OfThisMachine { get; } =
        System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64
            ? Arm64
            : X64;

    /// <summary>The architecture of an ELF file's <c>e_machine</c>, or null when it is not one of ours.</summary>
    public static Architecture? OfElf(ushort machine) => machine switch
    {
        62 => X64,
        183 => Arm64,
        _ => null,
    };

    /// <summary>The value of the integer argument <paramref name="index"/> (from 0) when the function is entered.</summary>
    public Expr Argument(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (index < ArgumentRegisters.Count)
        {
            return new Expr.Register(ArgumentRegisters[index]);
        }

        var offset = FirstStackArgument + (8 * (index - ArgumentRegisters.Count));
        return new Expr.Load(
            new Expr.Binary(BinaryOperator.Add, new Expr.Register(StackPointer), new Expr.Constant(offset)), 8, Signed: false);
    }

    /// <summary>True for a register (DWARF number) that has an integer argument when a function is entered.</summary>
    public bool PassesArgumentsIn(int register) => ArgumentRegisters.Contains(register);

    /// <summary>The integer return value when the function returns.</summary>
    public Expr ReturnValue => new Expr.Register(ReturnRegister);
}
