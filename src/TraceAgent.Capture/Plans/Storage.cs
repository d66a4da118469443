namespace TraceAgent.Capture.Plans;

/// <summary>
/// The storage of a value in a record. Every field starts at a multiple of 8 bytes. What lies at an address has a head: a u32
/// that says how much of it there is, a u16 that says how many bytes of it were read when its outcome is
/// <see cref="Outcome.Cut"/>, its outcome, a byte that is not used, then the bytes.
/// </summary>
public abstract record Storage
{
    /// <summary>Bytes of the head of what lies at an address.</summary>
    public const int HeadSize = 8;

    /// <summary>Offset of the u16 in the head.</summary>
    public const int HeadCut = 4;

    /// <summary>Offset of the outcome in the head.</summary>
    public const int HeadOutcome = 6;

    private Storage()
    {
    }

    /// <summary>Bytes in the record, a multiple of 8.</summary>
    public abstract int Size { get; }

    /// <summary>The 64-bit value itself.</summary>
    public sealed record Scalar : Storage
    {
        public override int Size => 8;
    }

    /// <summary>
    /// Units at the address that is the field's value, at most <paramref name="Max"/>. The head says how many were asked for, at
    /// most 2^31 - 1. The outcome is <see cref="Outcome.Truncated"/> when more were asked for than kept.
    /// </summary>
    /// <param name="Length">The number of units, computed like a value; negative counts as 0.</param>
    /// <param name="Max">Units kept; 1 to 4,096 bytes of them.</param>
    /// <param name="Unit">Bytes of one.</param>
    public sealed record Bytes(Expr Length, int Max, int Unit = 1) : Storage
    {
        /// <summary>
        /// The expression that makes the outcome <see cref="Outcome.Null"/> when it is 0. Null for none: with a length of 0 any
        /// address will do.
        /// </summary>
        public Expr? NullWhenZero { get; init; }

        /// <summary>Bytes that the kernel may write after the head.</summary>
        public int ReadSize => Max * Unit;

        public override int Size => HeadSize + RecordLayout.Align(ReadSize);
    }

    /// <summary>
    /// The NUL-terminated text to which the value points. The head says its length in bytes, without the NUL.
    /// <paramref name="Max"/> (1 to 4,096) counts the bytes kept; two more are reserved, for the NUL and for the byte that tells
    /// a longer text from one of exactly that length.
    /// </summary>
    public sealed record Text(int Max) : Storage
    {
        /// <summary>Bytes that the kernel may write after the head.</summary>
        public int ReadSize => Max + 2;

        public override int Size => HeadSize + RecordLayout.Align(ReadSize);
    }
}

/// <summary>The outcome of reading one value: a byte in the record for each that can fail.</summary>
public enum Outcome : byte
{
    Ok = 0,

    /// <summary>The pointer was NULL.</summary>
    Null = 1,

    /// <summary>The memory could not be read.</summary>
    Fault = 2,

    /// <summary>The value is longer than what was kept of it.</summary>
    Truncated = 3,

    /// <summary>The memory could be read up to the end of its first page only, and the value may go on beyond that.</summary>
    Cut = 4,

    /// <summary>The function left by a jump to code that is not followed: there is no result yet.</summary>
    LeftByJump = 8,

    /// <summary>A <see cref="Fault"/>: the page is not in memory, and may not be waited for.</summary>
    NotResident = 5,

    /// <summary>It is what a register was when the function was entered, and that was not seen: the call was running before.</summary>
    EntryNotSeen = 6,

    /// <summary>Known before any hit: the compiler kept the value nowhere. No program writes this one, nor those after it.</summary>
    OptimisedOut = 32,

    /// <summary>Known before any hit: the value is kept, but not at this place.</summary>
    NotLive = 33,

    /// <summary>Known before any hit: it is in a register that a probe does not see.</summary>
    VectorRegister = 34,

    /// <summary>Known before any hit: where it is takes more than a probe computes.</summary>
    NotSupported = 35,

    /// <summary>Known before any hit: only a part of it is kept.</summary>
    Partial = 36,
}
