using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Locations;

/// <summary>A base type as the expression machine needs it. DWARF 5, sections 5.1.1 and 7.8.</summary>
/// <param name="Size">Bytes: 1, 2, 4 or 8.</param>
/// <param name="IsSigned">True when it is widened by its sign.</param>
internal readonly record struct BaseNumber(int Size, bool IsSigned)
{
    /// <summary>The type that counts as an address: no type of the program.</summary>
    public static BaseNumber Generic { get; } = new(8, IsSigned: false);

    /// <summary>Reads a base type; null when it is no integer of up to 8 bytes.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="offset">Bytes from the start of the unit; 0 for the generic type.</param>
    public static BaseNumber? TryRead(Unit unit, ulong offset)
    {
        if (offset == 0)
        {
            return Generic;
        }

        if (offset >= (ulong)(unit.End - unit.Offset)
            || Entry.TryRead(unit, unit.Offset + (int)offset) is not { Tag: Tag.BaseType } type
            || type.Unsigned(AttributeName.ByteSize) is not { } size || size is not (1 or 2 or 4 or 8))
        {
            return null;
        }

        return type.Unsigned(AttributeName.Encoding) switch
        {
            0x05 or 0x06 => new BaseNumber((int)size, IsSigned: true),
            0x01 or 0x02 or 0x07 or 0x08 or 0x10 => new BaseNumber((int)size, IsSigned: false),
            _ => null,
        };
    }
}
