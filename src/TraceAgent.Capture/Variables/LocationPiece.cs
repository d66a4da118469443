using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Variables;

/// <summary>The location of the value of a variable, or of a part of it, at one address of the code.</summary>
public abstract record LocationPiece
{
    private LocationPiece()
    {
    }

    /// <summary>True when it takes a register as it was on entry of the function: see <see cref="Expr.EntryValue"/>.</summary>
    public bool UsesEntryValue() => this switch
    {
        Memory memory => memory.Address.UsesEntryValue(),
        Value value => value.Computed.UsesEntryValue(),
        Pieces pieces => pieces.Parts.Any(part => part.Place.UsesEntryValue()),
        PointerTo pointer => pointer.Target.UsesEntryValue(),
        _ => false,
    };

    /// <summary>Memory of the program, at an address that is computed at the hit.</summary>
    public sealed record Memory(Expr Address) : LocationPiece;

    /// <summary>A register, or a computation: the value itself.</summary>
    public sealed record Value(Expr Computed) : LocationPiece;

    /// <summary>An address of the file, to which the distance comes at which the file is loaded.</summary>
    public sealed record Static(ulong Address) : LocationPiece;

    /// <summary>Memory of each thread, in the block that it has for the file.</summary>
    /// <param name="Offset">Bytes from the start of the block.</param>
    public sealed record ThreadLocal(ulong Offset) : LocationPiece;

    /// <summary>Nowhere in the program: the bytes that the value always has here.</summary>
    public sealed record Bytes(EquatableArray<byte> Content) : LocationPiece;

    /// <summary>Several places; a part that is nowhere is <see cref="Missing"/>.</summary>
    public sealed record Pieces(EquatableArray<Piece> Parts) : LocationPiece;

    /// <summary>
    /// A pointer that is nowhere, to a variable that has a location: that of the entry at <paramref name="Entry"/>, bytes from the
    /// start of the section.
    /// </summary>
    public sealed record Pointee(ulong Entry, long Offset) : LocationPiece;

    /// <summary>A pointer that is nowhere, to a value that is not in memory: only what it leads to can be read.</summary>
    /// <param name="Target">The location of what it leads to.</param>
    /// <param name="Offset">Bytes from the start of that.</param>
    public sealed record PointerTo(LocationPiece Target, long Offset) : LocationPiece;

    /// <summary>
    /// Memory of the function's own frame, which its first instructions fill: on entry it holds nothing yet, and a parameter is
    /// where the caller put it.
    /// </summary>
    /// <param name="Register">
    /// DWARF number of the register from which it is counted once the frame stands; null for the canonical frame address.
    /// </param>
    /// <param name="Offset">Bytes from there.</param>
    /// <param name="IsIndirect">True when the address of the value is filled in, and not the value itself.</param>
    public sealed record FrameSlot(int? Register, long Offset, bool IsIndirect) : LocationPiece;

    /// <summary>A value that cannot be had at this address.</summary>
    public sealed record Missing(MissingReason Reason) : LocationPiece;
}

/// <summary>A part of a value.</summary>
/// <param name="Place">The location.</param>
/// <param name="Bits">The length in bits.</param>
/// <param name="BitOffset">Bits of the place that come before it.</param>
public sealed record Piece(LocationPiece Place, ulong Bits, ulong BitOffset);

/// <summary>Why a value cannot be had.</summary>
public enum MissingReason
{
    /// <summary>The compiler kept the value nowhere, at no address.</summary>
    OptimisedOut,

    /// <summary>The value is kept, but not at this address.</summary>
    NotLive,

    /// <summary>It is what a register was on entry of the function, and no program can keep that there.</summary>
    NeedsEntryValue,

    /// <summary>It is in a register for vectors and floating-point numbers, which a probe does not see.</summary>
    VectorRegister,

    /// <summary>It is computed with floating-point numbers.</summary>
    FloatingPoint,

    /// <summary>It belongs to the thread.</summary>
    ThreadLocal,

    /// <summary>It takes an address of the file in a computation.</summary>
    NeedsLoadAddress,

    /// <summary>The computation has branches.</summary>
    Branches,

    /// <summary>The computation refers to an argument of the caller.</summary>
    CallerArgument,

    /// <summary>The computation is too large for a probe.</summary>
    TooComplex,

    /// <summary>The frame of the function cannot be found at this address.</summary>
    NoFrame,

    /// <summary>The debug information is damaged or not understood.</summary>
    NotUnderstood,
}
