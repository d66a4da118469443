namespace TraceAgent.Bpf.Compiler;

/// <summary>A place in the program that jumps can name before it is known.</summary>
internal sealed class Label
{
    internal int Position { get; set; } = -1;

    /// <summary>True when a jump leads here. The verifier refuses code that nothing leads to.</summary>
    internal bool IsTarget { get; set; }
}

/// <summary>Collects instructions and resolves jumps.</summary>
internal sealed class Assembler
{
    private readonly List<Instruction> _instructions = [];
    private readonly List<(int At, Label Target)> _jumps = [];
    private readonly List<(int At, Label Target)> _functionUses = [];

    public void Move(Reg destination, Reg source)
    {
        if (destination != source)
        {
            Emit(Opcode.Arithmetic | Opcode.Move | Opcode.FromRegister, destination, source, 0, 0);
        }
    }

    public void Set(Reg destination, long value)
    {
        if (value == (int)value)
        {
            Emit(Opcode.Arithmetic | Opcode.Move, destination, 0, 0, (int)value);
        }
        else
        {
            Immediate64(destination, 0, (int)value, (int)(value >> 32));
        }
    }

    public void MapFd(Reg destination, int fd) => Immediate64(destination, Opcode.MapFd, fd, 0);

    /// <summary>Loads the address of a byte in the value of a single-entry array map.</summary>
    public void MapValue(Reg destination, int fd, int offset) => Immediate64(destination, Opcode.MapValue, fd, offset);

    /// <param name="operation">One of <see cref="Opcode"/>'s arithmetic operations.</param>
    public void Arithmetic(byte operation, Reg destination, int value) =>
        Emit((byte)(Opcode.Arithmetic | operation), destination, 0, 0, value);

    public void Arithmetic(byte operation, Reg destination, Reg source) =>
        Emit((byte)(Opcode.Arithmetic | operation | Opcode.FromRegister), destination, source, 0, 0);

    public void Load(Reg destination, Reg address, int offset, int size = 8) =>
        Emit((byte)(Opcode.LoadMemory | Opcode.SizeBits(size)), destination, address, checked((short)offset), 0);

    public void Store(Reg address, int offset, Reg value, int size = 8) =>
        Emit((byte)(Opcode.StoreRegister | Opcode.SizeBits(size)), address, value, checked((short)offset), 0);

    public void Store(Reg address, int offset, int value, int size) =>
        Emit((byte)(Opcode.StoreImmediate | Opcode.SizeBits(size)), address, 0, checked((short)offset), value);

    public void AtomicAdd(Reg address, int offset, Reg value) =>
        Emit(Opcode.Atomic64, address, value, checked((short)offset), 0);

    /// <summary>Stores the value when memory holds what r0 holds; r0 becomes what memory held.</summary>
    public void CompareExchange(Reg address, int offset, Reg value) =>
        Emit(Opcode.Atomic64, address, value, checked((short)offset), Opcode.CompareExchange);

    public void Call(BpfFunction function) => Emit(Opcode.Call, 0, 0, 0, (int)function);

    /// <summary>Calls a kernel function (kfunc) by the BTF ID of its type.</summary>
    public void CallKernel(int function) => Emit(Opcode.Call, 0, (Reg)Opcode.KernelFunction, 0, function);

    /// <summary>Calls a function of the same program, which begins at a label.</summary>
    public void Call(Label function) => EmitFunctionUse(function, () => Emit(Opcode.Call, 0, (Reg)Opcode.OwnFunction, 0, 0));

    /// <summary>Loads the address of a function of the same program, for a helper that calls it back.</summary>
    public void FunctionAddress(Reg destination, Label function) =>
        EmitFunctionUse(function, () => Immediate64(destination, Opcode.FunctionAddress, 0, 0));

    public void Exit() => Emit(Opcode.Exit, 0, 0, 0, 0);

    public void Jump(Label target) => EmitJump(Opcode.JumpAlways, 0, 0, 0, target);

    public void JumpIf(byte condition, Reg left, int right, Label target) =>
        EmitJump((byte)(Opcode.Jump | condition), left, 0, right, target);

    public void JumpIf(byte condition, Reg left, Reg right, Label target) =>
        EmitJump((byte)(Opcode.Jump | condition | Opcode.FromRegister), left, right, 0, target);

    /// <summary>
    /// Compares the lower 32 bits, for the results of map updates and deletions: programs call the map's own function, whose
    /// result is an int before kernel 6.4, so that -17 in the lower half is not -17 in the whole register.
    /// </summary>
    public void JumpIfInt(byte condition, Reg left, int right, Label target) =>
        EmitJump((byte)(Opcode.Jump32 | condition), left, 0, right, target);

    public void Place(Label label) => label.Position = _instructions.Count;

    public Instruction[] Finish()
    {
        foreach (var (at, target) in _jumps)
        {
            if (target.Position < 0)
            {
                throw new InvalidOperationException($"the jump of instruction {at} leads nowhere");
            }

            _instructions[at] = _instructions[at] with { Offset = checked((short)(target.Position - at - 1)) };
        }

        foreach (var (at, target) in _functionUses)
        {
            _instructions[at] = _instructions[at] with { Immediate = target.Position - at - 1 };
        }

        return [.. _instructions];
    }

    private void EmitFunctionUse(Label function, Action emit)
    {
        _functionUses.Add((_instructions.Count, function));
        function.IsTarget = true;
        emit();
    }

    private void EmitJump(byte opcode, Reg left, Reg right, int immediate, Label target)
    {
        _jumps.Add((_instructions.Count, target));
        target.IsTarget = true;
        Emit(opcode, left, right, 0, immediate);
    }

    private void Immediate64(Reg destination, byte source, int low, int high)
    {
        Emit(Opcode.LoadImmediate64, destination, (Reg)source, 0, low);
        Emit(0, 0, 0, 0, high);
    }

    private void Emit(byte opcode, Reg destination, Reg source, short offset, int immediate) =>
        _instructions.Add(new Instruction(opcode, (byte)destination, (byte)source, offset, immediate));
}
