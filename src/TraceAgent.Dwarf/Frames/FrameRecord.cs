using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Frames;

/// <summary>The outline of a record of unwind entries, common part or not.</summary>
/// <param name="IsCommon">True for a common part.</param>
/// <param name="CommonAt">Bytes from the start of the section to the common part of an entry.</param>
/// <param name="Body">Bytes from the start of the section to what is after that.</param>
/// <param name="End">Bytes from the start of the section to the next record.</param>
internal readonly record struct FrameRecord(bool IsCommon, ulong CommonAt, int Body, int End)
{
    /// <summary>Reads a record at the cursor and moves after it; null at the end of the list and for what is damaged.</summary>
    public static FrameRecord? TryRead(ref Cursor cursor, SectionKind kind)
    {
        ulong length = cursor.UInt32();
        var is64 = length == uint.MaxValue;
        if (is64)
        {
            length = cursor.UInt64();
        }

        if (length == 0 || length > (ulong)cursor.Left)
        {
            return null;
        }

        var place = cursor.Position;
        var end = place + (int)length;

        // In .eh_frame the distance has 4 bytes in both formats (Linux Standard Base, "The Common Information Entry Format").
        var isException = kind == SectionKind.ExceptionFrames;
        var mark = isException ? cursor.UInt32() : cursor.Offset(is64);
        var body = cursor.Position;
        if (cursor.HasFailed || body > end)
        {
            return null;
        }

        cursor.Skip((ulong)(end - body));
        if (isException)
        {
            return new FrameRecord(mark == 0, (ulong)place - mark, body, end);
        }

        return new FrameRecord(mark == (is64 ? ulong.MaxValue : uint.MaxValue), mark, body, end);
    }
}
