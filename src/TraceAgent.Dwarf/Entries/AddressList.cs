using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Entries;

/// <summary>
/// The common part of lists of ranges and of locations: pairs of addresses, from an origin that entries of their own change.
/// DWARF 5, sections 7.25 and 7.29; DWARF 4, sections 2.17.3 and 2.6.2.
/// </summary>
/// <param name="unit">The unit that the list belongs to.</param>
internal ref struct AddressList(Unit unit)
{
    private ulong? _origin = unit.Bases.LowPc;

    /// <summary>The first address of the pair that was read; null when the unit's table of addresses does not have it.</summary>
    public ulong? Start { get; private set; }

    /// <summary>The address after the last one.</summary>
    public ulong? End { get; private set; }

    /// <summary>The offset of a list in its section; null when it is named by an index that the section's table does not have.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="list">The attribute that names it.</param>
    /// <param name="index">The form of an index.</param>
    /// <param name="table">The section, and the offset in it of the unit's table.</param>
    public static ulong? OffsetOf(Unit unit, AttributeValue list, Form index, (SectionKind Kind, ulong Start) table) => list.Form == index
        ? unit.Bases.NumberAt(table.Kind, table.Start, list.Number, unit.Is64 ? 8 : 4) + table.Start
        : list.Number;

    public static Cursor Open(Unit unit, SectionKind kind, ulong offset)
    {
        var section = unit.Owner.Sections[kind];
        return new Cursor(section, (int)Math.Min(offset, (ulong)section.Length));
    }

    /// <summary>Reads the next pair of a list of DWARF 2 to 4.</summary>
    /// <returns>False at the end.</returns>
    public bool ReadPair(ref Cursor cursor)
    {
        var selector = unit.AddressSize == 8 ? ulong.MaxValue : uint.MaxValue;
        while (!cursor.IsAtEnd)
        {
            var (start, end) = (cursor.Fixed(unit.AddressSize), cursor.Fixed(unit.AddressSize));
            if ((start, end) == (0, 0) || cursor.HasFailed)
            {
                return false;
            }

            if (start != selector)
            {
                (Start, End) = (_origin + start, _origin + end);
                return true;
            }

            _origin = end;
        }

        return false;
    }

    /// <summary>Reads an entry of DWARF 5.</summary>
    /// <param name="cursor">The place after the entry's kind.</param>
    /// <param name="kind">The kind, one of those that both lists have.</param>
    public AddressListStep ReadEntry(ref Cursor cursor, AddressListKind kind)
    {
        var bases = unit.Bases;
        switch (kind)
        {
            case AddressListKind.OriginIndex:
                _origin = bases.AddressAt(cursor.Unsigned());
                return AddressListStep.Origin;
            case AddressListKind.Origin:
                _origin = cursor.Fixed(unit.AddressSize);
                return AddressListStep.Origin;
            case AddressListKind.IndexPair:
                (Start, End) = (bases.AddressAt(cursor.Unsigned()), bases.AddressAt(cursor.Unsigned()));
                return AddressListStep.Pair;
            case AddressListKind.IndexLength:
                Start = bases.AddressAt(cursor.Unsigned());
                End = Start + cursor.Unsigned();
                return AddressListStep.Pair;
            case AddressListKind.OffsetPair:
                (Start, End) = (_origin + cursor.Unsigned(), _origin + cursor.Unsigned());
                return AddressListStep.Pair;
            case AddressListKind.Pair:
                (Start, End) = (cursor.Fixed(unit.AddressSize), cursor.Fixed(unit.AddressSize));
                return AddressListStep.Pair;
            case AddressListKind.StartLength:
                Start = cursor.Fixed(unit.AddressSize);
                End = Start + cursor.Unsigned();
                return AddressListStep.Pair;
            default:
                return AddressListStep.End;
        }
    }
}

/// <summary>The kinds of entries that lists of ranges and of locations have, whatever their numbers there are.</summary>
internal enum AddressListKind
{
    End,
    OriginIndex,
    IndexPair,
    IndexLength,
    OffsetPair,
    Origin,
    Pair,
    StartLength,
}

/// <summary>The meaning of an entry.</summary>
internal enum AddressListStep
{
    /// <summary>The end of the list, or nothing that can be understood.</summary>
    End,

    /// <summary>Another origin for what follows.</summary>
    Origin,

    /// <summary>A pair of addresses.</summary>
    Pair,
}
