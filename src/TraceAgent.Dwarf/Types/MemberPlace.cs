using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Locations;

namespace TraceAgent.Dwarf.Types;

/// <summary>
/// The place of a member in its structure. DWARF 5, section 5.7.6; for bit fields before version 4, DWARF 3, section 5.6.6.
/// </summary>
/// <param name="Offset">Bytes from the start of the structure.</param>
/// <param name="Bits">The length of a bit field; 0 for a whole value.</param>
/// <param name="Shift">Bits at that offset below the bit field.</param>
internal readonly record struct MemberPlace(long Offset, int Bits, int Shift)
{
    private const int BitsOfByte = 8;

    /// <summary>Reads the place; null when it is not the same in every object, as that of a virtual base class.</summary>
    public static MemberPlace? Of(Entry member)
    {
        if (Bytes(member) is not { } offset)
        {
            return null;
        }

        if (member.Unsigned(AttributeName.BitSize) is not (> 0 and <= 64 and var bits))
        {
            return member.Has(AttributeName.BitSize) ? null : new MemberPlace(offset, 0, 0);
        }

        long first;
        if (member.Unsigned(AttributeName.DataBitOffset) is { } position)
        {
            first = (long)Math.Min(position, int.MaxValue);
        }
        else if (member.Find(AttributeName.BitOffset) is { IsConstant: true } fromTop)
        {
            // Counted from the highest bit of a unit of the member's own size.
            var size = member.Unsigned(AttributeName.ByteSize) is { } own
                ? (long)Math.Min(own, 16)
                : TypeSize.Of(member.Reference(AttributeName.Type));
            first = (offset * BitsOfByte) + (size * BitsOfByte) - fromTop.Signed - (long)bits;
        }
        else
        {
            first = offset * BitsOfByte;
        }

        var shift = (int)(first % BitsOfByte);
        return first >= 0 && shift + (int)bits <= 64 ? new MemberPlace(first / BitsOfByte, (int)bits, shift) : null;
    }

    private static long? Bytes(Entry member)
    {
        if (member.Find(AttributeName.DataMemberLocation) is not { } value)
        {
            // Members of a union have no location, nor have bit fields with DW_AT_data_bit_offset.
            return member.Tag == Tag.Inheritance ? null : 0;
        }

        if (value.IsConstant)
        {
            return value.Number <= int.MaxValue ? (long)value.Number : null;
        }

        var cursor = new Cursor(member.Block(AttributeName.DataMemberLocation));
        return Operation.TryRead(ref cursor, member.Unit.Format) is { Code: Op.PlusConstant, First: <= int.MaxValue } plus && cursor.IsAtEnd
            ? (long)plus.First
            : null;
    }
}
