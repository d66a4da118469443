using Iced.Intel;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Functions;

/// <summary>
/// The values on entry that the first instructions of a function store in its frame. Where debug information names only the place in
/// the frame, this is what proves where a parameter is on entry: not the convention, which a compiler may leave.
/// </summary>
public sealed class StoredArguments
{
    // What compilers put before the first branch of a function that has many parameters.
    private const int MaxInstructions = 256;
    private const int MaxBytes = 2048;

    private readonly InstructionInfoFactory _instructions = new();
    private readonly PassedValues _values = new();
    private readonly List<Store> _stores = [];

    private StoredArguments()
    {
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
            return Of(slot with { IsIndirect = false }, sizeof(ulong)) switch
            {
                LocationPiece.Value pointer => new LocationPiece.Memory(pointer.Computed),
                LocationPiece.Memory pointer => new LocationPiece.Memory(new Expr.Load(pointer.Address, sizeof(ulong), Signed: false)),
                _ => new LocationPiece.Missing(MissingReason.NotLive),
            };
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

    private static LocationPiece PlaceOf(Store store) => store.Value is { } value
        ? value.Place
        : new LocationPiece.Missing(MissingReason.NotLive);

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
        if (IsMove(instruction.Mnemonic) && instruction.Op0Kind == OpKind.Memory)
        {
            Keep(instruction);
        }
        else if (IsMove(instruction.Mnemonic) && instruction.Op0Kind == OpKind.Register && SourceOf(instruction) is var (value, frame))
        {
            _values.Set(instruction.Op0Register, value, frame);
        }
        else if (instruction is { Mnemonic: Mnemonic.And, Op0Kind: OpKind.Register, Op1Kind: not (OpKind.Register or OpKind.Memory) }
            && instruction.GetImmediate(1) == 1)
        {
            // clang keeps the one bit of a truth value; the convention has it there already.
            _values.Set(instruction.Op0Register, _values.Of(instruction.Op0Register)?.Narrowed(1), frame: null);
        }
        else
        {
            Forget(instruction);
            _values.MoveStack(instruction);
        }
    }

    private static bool IsMove(Mnemonic mnemonic) => mnemonic is Mnemonic.Mov or Mnemonic.Movzx or Mnemonic.Movsx or Mnemonic.Movsxd
        or Mnemonic.Movss or Mnemonic.Movsd or Mnemonic.Movq
        or Mnemonic.Movaps or Mnemonic.Movups or Mnemonic.Movlps or Mnemonic.Movlpd or Mnemonic.Movapd or Mnemonic.Movupd
        or Mnemonic.Movdqa or Mnemonic.Movdqu or Mnemonic.Movd;

    /// <summary>The value that an instruction moves, and if it is an address in the frame, its distance from the entry's.</summary>
    private (PassedValue? Value, long? Frame) SourceOf(in Instruction instruction)
    {
        if (instruction.Op1Kind == OpKind.Register)
        {
            var size = Math.Min(instruction.Op0Register.GetSize(), instruction.Op1Register.GetSize());
            return (_values.Of(instruction.Op1Register)?.Narrowed(size),
                size == sizeof(ulong) ? _values.FrameOf(instruction.Op1Register) : null);
        }

        return instruction.Op1Kind == OpKind.Memory && _values.AddressOf(instruction) is { } address
            ? (_values.At(address, instruction.MemorySize.GetSize()), null)
            : (null, null);
    }

    /// <summary>Notes what is stored in the frame; the first value that is stored at a place is the parameter.</summary>
    private void Keep(in Instruction instruction)
    {
        var size = instruction.MemorySize.GetSize();
        if (_values.AddressOf(instruction) is not { } address)
        {
            _values.ForgetMemory();
            return;
        }

        var value = instruction.Op1Kind == OpKind.Register ? _values.Of(instruction.Op1Register)?.Narrowed(size) : null;
        _values.Put(address, size, value);

        // What is above was written since: zeros, of an int that was copied.
        size = value?.Size ?? size;
        if (!_stores.Exists(store => store.Overlaps(address, size)))
        {
            _stores.Add(new Store(address, size, value)
            {
                Base = PassedValues.NumberOf(instruction.MemoryBase),
                Displacement = (long)instruction.MemoryDisplacement64,
            });
        }
    }

    /// <summary>Forgets all registers and memory that an instruction writes.</summary>
    private void Forget(in Instruction instruction)
    {
        var info = _instructions.GetInfo(instruction);
        foreach (var used in info.GetUsedRegisters())
        {
            if (IsWrite(used.Access) && used.Register.GetFullRegister() != Register.RSP)
            {
                _values.Set(used.Register, null, frame: null);
            }
        }

        foreach (var used in info.GetUsedMemory())
        {
            // A push is followed with the stack pointer.
            if (IsWrite(used.Access) && instruction.StackPointerIncrement >= 0)
            {
                _values.ForgetMemory();
            }
        }
    }

    private static bool IsWrite(OpAccess access) =>
        access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess);

    /// <summary>A store to the frame.</summary>
    /// <param name="Address">Bytes from the stack pointer on entry.</param>
    /// <param name="Size">Bytes that are stored.</param>
    /// <param name="Value">The value on entry that it is; null when it is none.</param>
    private sealed record Store(long Address, int Size, PassedValue? Value)
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
