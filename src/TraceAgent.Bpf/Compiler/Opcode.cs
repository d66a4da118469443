namespace TraceAgent.Bpf.Compiler;

/// <summary>Parts of an opcode (RFC 9669, sections 4 and 5).</summary>
internal static class Opcode
{
    public const byte ClassMask = 0x07;
    public const byte Load = 0x00;
    public const byte LoadMemory = 0x61;
    public const byte StoreImmediate = 0x62;
    public const byte StoreRegister = 0x63;
    public const byte Jump = 0x05;

    /// <summary>The class of jumps that compare the lower 32 bits (since kernel 5.1).</summary>
    public const byte Jump32 = 0x06;

    public const byte Arithmetic = 0x07;

    public const byte LoadImmediate64 = 0x18;
    public const byte Atomic64 = 0xdb;
    /// <summary>The immediate of an atomic operation that compares with r0, exchanges, and leaves the former value in r0.</summary>
    public const int CompareExchange = 0xf1;

    public const byte Call = 0x85;
    public const byte Exit = 0x95;
    public const byte JumpAlways = 0x05;

    /// <summary>The bit that is set when the second operand is a register and not the immediate.</summary>
    public const byte FromRegister = 0x08;

    public const byte Add = 0x00;
    public const byte Subtract = 0x10;
    public const byte Multiply = 0x20;
    public const byte Divide = 0x30;
    public const byte Or = 0x40;
    public const byte And = 0x50;
    public const byte ShiftLeft = 0x60;
    public const byte ShiftRight = 0x70;
    public const byte Negate = 0x80;
    public const byte Modulo = 0x90;
    public const byte Xor = 0xa0;
    public const byte Move = 0xb0;
    public const byte ShiftRightArithmetic = 0xc0;

    public const byte IfEqual = 0x10;
    public const byte IfAbove = 0x20;
    public const byte IfAboveOrEqual = 0x30;
    public const byte IfAnySet = 0x40;
    public const byte IfNotEqual = 0x50;
    public const byte IfGreater = 0x60;
    public const byte IfGreaterOrEqual = 0x70;
    public const byte IfBelow = 0xa0;
    public const byte IfBelowOrEqual = 0xb0;
    public const byte IfLess = 0xc0;
    public const byte IfLessOrEqual = 0xd0;

    /// <summary>The source field of a 64-bit immediate that is a map, or a place in the value of a map.</summary>
    public const byte MapFd = 1;

    public const byte MapValue = 2;

    /// <summary>The source field of a 64-bit immediate that is the address of a function of the program.</summary>
    public const byte FunctionAddress = 4;

    /// <summary>The source field of a call to a function of the program.</summary>
    public const byte OwnFunction = 1;

    /// <summary>The source field of a call to a function of the kernel.</summary>
    public const byte KernelFunction = 2;

    /// <summary>The size bits of a memory access of 1, 2, 4 or 8 bytes.</summary>
    public static byte SizeBits(int size) => size switch
    {
        1 => 0x10,
        2 => 0x08,
        4 => 0x00,
        8 => 0x18,
        _ => throw new ArgumentOutOfRangeException(nameof(size), size, "BPF reads and writes 1, 2, 4 or 8 bytes"),
    };
}
