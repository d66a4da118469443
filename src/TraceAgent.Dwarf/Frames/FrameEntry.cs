using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Frames;

/// <summary>The unwind entry of one piece of code (FDE). DWARF 5, section 6.4.1.</summary>
public sealed class FrameEntry
{
    private readonly byte[] _instructions;

    private FrameEntry(ulong start, ulong end, CommonFrame shared, byte[] instructions) =>
        (Start, End, Shared, _instructions) = (start, end, shared, instructions);

    /// <summary>Address of its first instruction.</summary>
    public ulong Start { get; }

    /// <summary>Address after its last one; not before <see cref="Start"/>.</summary>
    public ulong End { get; }

    /// <summary>The common part.</summary>
    public CommonFrame Shared { get; }

    /// <summary>Reads an entry; null when it is damaged.</summary>
    /// <param name="body">The bytes after the length and the reference to the common part.</param>
    /// <param name="place">Address of the body in memory.</param>
    /// <param name="shared">The common part.</param>
    public static FrameEntry? TryRead(ReadOnlySpan<byte> body, ulong place, CommonFrame shared)
    {
        ArgumentNullException.ThrowIfNull(shared);
        var cursor = new Cursor(body);
        if (TryReadRange(ref cursor, place, shared) is not var (start, end))
        {
            return null;
        }

        if (shared.HasAugmentation)
        {
            cursor.Skip(cursor.Unsigned());
        }

        return cursor.HasFailed ? null : new FrameEntry(start, end, shared, cursor.Bytes((ulong)cursor.Left).ToArray());
    }

    /// <summary>Reads the addresses alone, with which an entry begins; null when they are damaged.</summary>
    internal static (ulong Start, ulong End)? TryReadRange(ref Cursor cursor, ulong place, CommonFrame shared)
    {
        var start = EncodedAddress.Read(ref cursor, shared.Encoding, place);
        var length = EncodedAddress.ReadLength(ref cursor, shared.Encoding);
        return cursor.HasFailed || start > ulong.MaxValue - length ? null : (start, start + length);
    }

    public bool Holds(ulong address) => address >= Start && address - Start < End - Start;

    /// <summary>Bytes from a register to the frame's address once the frame stands; null when the rows do not tell.</summary>
    /// <param name="register">DWARF number of the register.</param>
    /// <param name="isStackPointer">True for the stack pointer, which may move while the frame stands.</param>
    /// <param name="prologueEnd">The address where the line table says that the frame stands; null when it does not.</param>
    public long? FrameOf(int register, bool isStackPointer, ulong? prologueEnd)
    {
        var (largest, atLastSave) = new FrameProgram(Shared).OffsetsOf(_instructions, register);
        if (!isStackPointer || largest is null)
        {
            return largest;
        }

        var there = prologueEnd is { } end && RowAt(end) is { } row && row.CfaRegister == register ? row.CfaOffset : (long?)null;
        return atLastSave ?? (there == largest ? largest : null);
    }

    /// <summary>The row at an address of the entry; null when its instructions are not understood.</summary>
    public FrameRow? RowAt(ulong address) => new FrameProgram(Shared).RowAt(_instructions, address - Start);
}
