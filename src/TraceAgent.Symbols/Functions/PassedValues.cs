using Iced.Intel;

namespace TraceAgent.Symbols.Functions;

/// <summary>The values on entry that registers and the frame still hold, while the first instructions of a function are followed.</summary>
internal sealed class PassedValues
{
    // The index is the DWARF number.
    private static readonly Register[] Registers =
    [
        Register.RAX, Register.RDX, Register.RCX, Register.RBX, Register.RSI, Register.RDI, Register.RBP, Register.RSP,
        Register.R8, Register.R9, Register.R10, Register.R11, Register.R12, Register.R13, Register.R14, Register.R15,
    ];

    private readonly Dictionary<Register, PassedValue> _held = [];

    // Bytes from the stack pointer on entry, of registers that are known to be in the frame.
    private readonly Dictionary<Register, long> _frame = new() { [Register.RSP] = 0 };

    // What was stored in the frame, newest last.
    private readonly List<(long Address, int Size, PassedValue? Value)> _memory = [];

    // False once something was stored at an address that is not known: also what the caller put on the stack may be another value.
    private bool _isStackOfCaller = true;

    public PassedValues()
    {
        for (var number = 0; number < Registers.Length; number++)
        {
            _held[Registers[number]] = new PassedValue(number, null, sizeof(ulong));
        }
    }

    /// <summary>The DWARF number of a register; −1 for another.</summary>
    /// <param name="register">The whole register.</param>
    public static int NumberOf(Register register) => Array.IndexOf(Registers, register);

    /// <summary>The value that a register holds; null when it is none of the entry.</summary>
    /// <param name="register">The register, or its lower part.</param>
    public PassedValue? Of(Register register)
    {
        var size = register.GetSize();
        if (register.IsXMM())
        {
            return new PassedValue(null, null, size);
        }

        return IsHighByte(register) || !_held.TryGetValue(register.GetFullRegister(), out var held) ? null : held.Narrowed(size);
    }

    /// <summary>Bytes from the stack pointer on entry to where a register points; null when that is not known.</summary>
    /// <param name="register">The whole register.</param>
    public long? FrameOf(Register register) => _frame.TryGetValue(register, out var at) ? at : null;

    /// <summary>Bytes from the stack pointer on entry to the memory of an instruction; null when that is not known.</summary>
    /// <param name="instruction">The instruction.</param>
    public long? AddressOf(in Instruction instruction) =>
        instruction.MemoryIndex == Register.None && !instruction.HasSegmentPrefix && FrameOf(instruction.MemoryBase) is { } at
            ? at + (long)instruction.MemoryDisplacement64
            : null;

    /// <summary>The value that memory of the frame holds; null when it is none of the entry.</summary>
    /// <param name="address">Bytes from the stack pointer on entry.</param>
    /// <param name="size">Bytes that are read.</param>
    public PassedValue? At(long address, int size)
    {
        var last = _memory.FindLastIndex(one => address < one.Address + one.Size && one.Address < address + size);
        if (last >= 0)
        {
            var (at, stored, value) = _memory[last];
            return at == address && size <= stored ? value?.Narrowed(size) : null;
        }

        return _isStackOfCaller && address >= sizeof(ulong) ? new PassedValue(null, address, size) : null;
    }

    /// <summary>Notes what an instruction writes into a register.</summary>
    /// <param name="register">The register, or a part of it.</param>
    /// <param name="value">The value; null when it is none of the entry.</param>
    /// <param name="frame">Bytes from the stack pointer on entry, of an address in the frame.</param>
    public void Set(Register register, PassedValue? value, long? frame)
    {
        var whole = register.GetFullRegister();
        _held.Remove(whole);
        _frame.Remove(whole);
        if (whole.IsGPR() && !IsHighByte(register) && value is not null)
        {
            _held[whole] = value;
        }

        if (whole.IsGPR() && frame is { } at)
        {
            _frame[whole] = at;
        }
    }

    /// <summary>Notes what is stored in the frame.</summary>
    /// <param name="address">Bytes from the stack pointer on entry.</param>
    /// <param name="size">Bytes that are stored.</param>
    /// <param name="value">The value; null when it is none of the entry.</param>
    public void Put(long address, int size, PassedValue? value) => _memory.Add((address, size, value));

    /// <summary>Forgets what memory holds, after a store whose address is not known.</summary>
    public void ForgetMemory()
    {
        _memory.Clear();
        _isStackOfCaller = false;
    }

    /// <summary>Follows the stack pointer, as far as constants change it.</summary>
    /// <param name="instruction">An instruction that is no move.</param>
    public void MoveStack(in Instruction instruction)
    {
        if (instruction.StackPointerIncrement != 0 && FrameOf(Register.RSP) is { } before)
        {
            _frame[Register.RSP] = before + instruction.StackPointerIncrement;
            if (instruction.StackPointerIncrement < 0)
            {
                Put(_frame[Register.RSP], -instruction.StackPointerIncrement, null);
            }
        }
        else if (instruction.Op0Kind == OpKind.Register && instruction.Op0Register == Register.RSP
            && instruction.Mnemonic is not (Mnemonic.Cmp or Mnemonic.Test or Mnemonic.Push))
        {
            var isConstant = instruction.Mnemonic is Mnemonic.Sub or Mnemonic.Add && instruction.Op1Kind != OpKind.Register;
            if (isConstant && FrameOf(Register.RSP) is { } at)
            {
                var amount = (long)instruction.GetImmediate(1);
                _frame[Register.RSP] = instruction.Mnemonic == Mnemonic.Sub ? at - amount : at + amount;
            }
            else
            {
                _frame.Remove(Register.RSP);
            }
        }
    }

    private static bool IsHighByte(Register register) => register is Register.AH or Register.BH or Register.CH or Register.DH;
}
