using Iced.Intel;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Functions;

/// <summary>
/// The registers that the first instructions of a function store in its frame. Where debug information names only the place in
/// the frame, this is what proves where a parameter is on entry: not the convention, which a compiler may leave.
/// </summary>
public sealed class StoredArguments
{
    // What compilers put before the first branch of a function that has many parameters.
    private const int MaxInstructions = 256;
    private const int MaxBytes = 2048;

    /// <summary>The mark of a register that a probe does not see.</summary>
    private const int Vector = -1;

    /// <summary>The mark of a value that is not one of the entry: what is stored there later is none either.</summary>
    private const int Unknown = -2;

    // The index is the DWARF number.
    private static readonly Register[] Registers =
    [
        Register.RAX, Register.RDX, Register.RCX, Register.RBX, Register.RSI, Register.RDI, Register.RBP, Register.RSP,
        Register.R8, Register.R9, Register.R10, Register.R11, Register.R12, Register.R13, Register.R14, Register.R15,
    ];

    private readonly InstructionInfoFactory _instructions = new();

    // Registers, and the register whose value on entry each still holds, with how many bytes of it.
    private readonly Dictionary<Register, (int Number, int Size)> _held = [];
    private readonly List<Store> _stores = [];

    // Bytes from the stack pointer on entry, where they are known.
    private readonly Dictionary<Register, long> _frame = new() { [Register.RSP] = 0 };

    private StoredArguments()
    {
        for (var number = 0; number < Registers.Length; number++)
        {
            _held[Registers[number]] = (number, sizeof(ulong));
        }
    }

    /// <summary>Reads the code from an address on, for x86-64. Nothing is known of code that cannot be read.</summary>
    /// <param name="image">The open image.</param>
    /// <param name="entry">Virtual address of the first instruction.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static StoredArguments Read(ElfImage image, ulong entry)
    {
        ArgumentNullException.ThrowIfNull(image);
        var stores = new StoredArguments();
        if (image.Architecture == Architecture.X64 && image.Functions.At(entry) is { } function
            && image.FileOffsetOf(entry) is { } offset
            && image.File.ReadOrNull(offset, Math.Min(function.End - entry, MaxBytes), MaxBytes) is { } code)
        {
            stores.Follow(code, entry);
        }

        return stores;
    }

    /// <summary>The location of a value of the frame on entry; missing when no instruction shows it.</summary>
    /// <param name="slot">The place in the frame.</param>
    /// <param name="size">The length of the value in bytes; 0 when it is not known.</param>
    public LocationPiece Of(LocationPiece.FrameSlot slot, long size)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (slot.IsIndirect)
        {
            return Of(slot with { IsIndirect = false }, sizeof(ulong)) is LocationPiece.Value address
                ? new LocationPiece.Memory(address.Computed)
                : new LocationPiece.Missing(MissingReason.NotLive);
        }

        const long mostBytes = 16;
        if (size is <= 0 or > mostBytes)
        {
            return new LocationPiece.Missing(MissingReason.NotLive);
        }

        if (_stores.Find(store => store.IsAt(slot, 0)) is { } whole && whole.Size >= size)
        {
            return PlaceOf(whole);
        }

        // Of a structure, bytes between members need not be stored.
        var parts = new List<Piece>();
        for (long at = 0; at < size;)
        {
            var stored = _stores.Find(store => store.IsAt(slot, at));
            var bytes = Math.Min(stored?.Size ?? 1, size - at);
            parts.Add(new Piece(
                stored is null ? new LocationPiece.Missing(MissingReason.NotLive) : PlaceOf(stored), (ulong)bytes * 8, 0));
            at += bytes;
        }

        return parts.TrueForAll(part => part.Place is LocationPiece.Missing { Reason: MissingReason.NotLive })
            ? new LocationPiece.Missing(MissingReason.NotLive)
            : new LocationPiece.Pieces([.. parts]);
    }

    private static LocationPiece PlaceOf(Store store) => store.Register switch
    {
        Vector => new LocationPiece.Missing(MissingReason.VectorRegister),
        Unknown => new LocationPiece.Missing(MissingReason.NotLive),
        var register => new LocationPiece.Value(new Expr.Register(register)),
    };

    private void Follow(byte[] code, ulong entry)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        decoder.IP = entry;
        for (var i = 0; i < MaxInstructions && decoder.IP - entry < (ulong)code.Length; i++)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid || instruction.FlowControl != FlowControl.Next)
            {
                return;
            }

            Step(instruction);
        }
    }

    private void Step(in Instruction instruction)
    {
        if (instruction.Op0Kind == OpKind.Memory && IsMove(instruction.Mnemonic))
        {
            Keep(instruction);
            return;
        }

        if (instruction is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Register, Op1Kind: OpKind.Register }
            && instruction.Op0Register.IsGPR() && instruction.Op1Register.IsGPR())
        {
            Copy(instruction.Op0Register.GetFullRegister(), instruction.Op1Register.GetFullRegister(), instruction.Op0Register.GetSize());
            return;
        }

        // clang keeps the one bit of a truth value; the convention has it there already.
        if (instruction is { Mnemonic: Mnemonic.And, Op0Kind: OpKind.Register, Op1Kind: not (OpKind.Register or OpKind.Memory) }
            && instruction.GetImmediate(1) == 1)
        {
            return;
        }

        MoveFrame(instruction);
        foreach (var used in _instructions.GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess)
                && used.Register.GetFullRegister() is var register && register != Register.RSP)
            {
                _held.Remove(register);
                _frame.Remove(register);
            }
        }

        if (instruction is { Mnemonic: Mnemonic.Movq or Mnemonic.Movd, Op0Kind: OpKind.Register, Op1Kind: OpKind.Register }
            && instruction.Op0Register.IsGPR() && instruction.Op1Register.IsXMM())
        {
            _held[instruction.Op0Register.GetFullRegister()] = (Vector, instruction.Op0Register.GetSize());
        }
    }

    private static bool IsMove(Mnemonic mnemonic) => mnemonic is Mnemonic.Mov or Mnemonic.Movss or Mnemonic.Movsd or Mnemonic.Movq
        or Mnemonic.Movaps or Mnemonic.Movups or Mnemonic.Movlps or Mnemonic.Movlpd or Mnemonic.Movapd or Mnemonic.Movupd
        or Mnemonic.Movdqa or Mnemonic.Movdqu or Mnemonic.Movd;

    /// <summary>Notes what is stored in the frame; whatever else is stored there takes its place.</summary>
    private void Keep(in Instruction instruction)
    {
        var size = instruction.MemorySize.GetSize();
        var register = instruction.MemoryBase;
        if (!_frame.TryGetValue(register, out var at) || instruction.MemoryIndex != Register.None || instruction.HasSegmentPrefix)
        {
            return;
        }

        var source = instruction.Op1Kind == OpKind.Register ? instruction.Op1Register : Register.None;
        int? value = null;
        if (source.IsXMM())
        {
            value = Vector;
        }
        else if (source.IsGPR() && source is not (Register.AH or Register.BH or Register.CH or Register.DH)
            && _held.TryGetValue(source.GetFullRegister(), out var held))
        {
            // What is above was written since: zeros, of an int that was copied.
            (value, size) = (held.Number, Math.Min(size, held.Size));
        }

        var displacement = (long)instruction.MemoryDisplacement64;
        var address = at + displacement;
        if (!_stores.Exists(store => store.Overlaps(address, size)))
        {
            _stores.Add(new Store(address, size, value ?? Unknown) { Base = NumberOf(register), Displacement = displacement });
        }
    }

    private void Copy(Register to, Register from, int size)
    {
        if (_held.TryGetValue(from, out var held) && to != Register.RSP)
        {
            _held[to] = (held.Number, Math.Min(held.Size, size));
        }
        else
        {
            _held.Remove(to);
        }

        if (size == sizeof(ulong) && _frame.TryGetValue(from, out var at))
        {
            _frame[to] = at;
        }
        else
        {
            _frame.Remove(to);
        }
    }

    /// <summary>Follows the stack pointer, as far as constants change it.</summary>
    private void MoveFrame(in Instruction instruction)
    {
        if (instruction.StackPointerIncrement != 0 && _frame.TryGetValue(Register.RSP, out var before))
        {
            _frame[Register.RSP] = before + instruction.StackPointerIncrement;
        }
        else if (instruction.Op0Kind == OpKind.Register && instruction.Op0Register == Register.RSP
            && instruction.Mnemonic is not (Mnemonic.Cmp or Mnemonic.Test or Mnemonic.Push))
        {
            var isConstant = instruction.Mnemonic is Mnemonic.Sub or Mnemonic.Add && instruction.Op1Kind != OpKind.Register;
            if (isConstant && _frame.TryGetValue(Register.RSP, out var at))
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

    private static int NumberOf(Register register) => Array.IndexOf(Registers, register);

    /// <summary>A store to the frame of what a register held on entry.</summary>
    /// <param name="Address">Bytes from the stack pointer on entry.</param>
    /// <param name="Size">Bytes that are stored.</param>
    /// <param name="Register">DWARF number of the register; <see cref="Vector"/>, or <see cref="Unknown"/>.</param>
    private sealed record Store(long Address, int Size, int Register)
    {
        /// <summary>DWARF number of the register that the instruction counts from.</summary>
        public int Base { get; init; }

        /// <summary>Bytes from there.</summary>
        public long Displacement { get; init; }

        public bool Overlaps(long address, int size) => address < Address + Size && Address < address + size;

        /// <summary>True when it is to the bytes from <paramref name="skipped"/> on of a place in the frame.</summary>
        public bool IsAt(LocationPiece.FrameSlot slot, long skipped) => slot.Register is { } register
            ? Base == register && Displacement == slot.Offset + skipped
            : Address == slot.Offset + skipped + Architecture.X64.FirstStackArgument;
    }
}
