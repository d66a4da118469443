using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Entries;

/// <summary>
/// The values of the root entry that hold for the whole unit: where its parts of other sections begin. DWARF 5, section 3.1.1.
/// </summary>
internal sealed class UnitBases
{
    private readonly Unit _unit;
    private readonly ulong _strings;
    private readonly ulong _addresses;
    private readonly Unit _withAddresses;

    private UnitBases(Unit unit)
    {
        _unit = unit;
        var skeleton = unit.Skeleton;
        _withAddresses = skeleton ?? unit;
        AttributeValue? lowPc = null;
        if (unit.Root is { } root)
        {
            // Split units count from after the header of their own table, which has one from version 5 on.
            var part = unit.Contribution;
            var (isSplit, hasHeader) = (unit.Owner.Sections.IsSplit, unit.Version >= 5);
            var listHeader = isSplit && hasHeader ? ListHeaderBytes(unit) : 0;
            var stringHeader = isSplit && !hasHeader ? 0 : StringHeaderBytes(unit);
            _strings = Offset(root, AttributeName.StringOffsetsBase, part.StringOffsets + stringHeader);
            _addresses = skeleton?.Bases._addresses
                ?? Offset(root, AttributeName.AddressBase, Offset(root, AttributeName.GnuAddressBase, 0));
            RangeLists = Offset(root, AttributeName.RangeListsBase, part.RangeLists + listHeader);
            LocationLists = Offset(root, AttributeName.LocationListsBase, part.Locations + listHeader);
            Ranges = skeleton?.Root is { } own ? Offset(own, AttributeName.GnuRangesBase, 0) : 0;
            lowPc = root.Find(AttributeName.LowPc);
        }

        var start = lowPc is { IsAddress: true } value ? AddressOf(value) : null;
        LowPc = skeleton?.Bases.LowPc ?? start ?? 0;
    }

    /// <summary>The address from which ranges and locations count.</summary>
    public ulong LowPc { get; }

    /// <summary>Bytes from the start of <c>.debug_rnglists</c> to the unit's table of offsets.</summary>
    public ulong RangeLists { get; }

    /// <summary>Bytes from the start of <c>.debug_loclists</c> to the unit's table of offsets.</summary>
    public ulong LocationLists { get; }

    /// <summary>Bytes from the start of <c>.debug_ranges</c> to those of a split unit of version 4; 0 for others.</summary>
    public ulong Ranges { get; }

    public static UnitBases Read(Unit unit) => new(unit);

    public ulong? AddressOf(AttributeValue value) => value.IsAddressIndex ? AddressAt(value.Number) : value.Number;

    /// <summary>An address of the unit's table; null when it has none at the index.</summary>
    public ulong? AddressAt(ulong index) => NumberAt(_withAddresses, SectionKind.Addresses, _addresses, index, _unit.AddressSize);

    /// <summary>A number of a table of numbers; null when there is none at the index.</summary>
    /// <param name="kind">The section.</param>
    /// <param name="start">Bytes from its start to the table.</param>
    /// <param name="index">The index.</param>
    /// <param name="size">Bytes of a number.</param>
    public ulong? NumberAt(SectionKind kind, ulong start, ulong index, int size) => NumberAt(_unit, kind, start, index, size);

    private static ulong? NumberAt(Unit unit, SectionKind kind, ulong start, ulong index, int size)
    {
        var section = unit.Owner.Sections[kind];
        if (start > (ulong)section.Length || index >= ((ulong)section.Length - start) / (ulong)size)
        {
            return null;
        }

        return new Cursor(section, (int)(start + (index * (ulong)size))).Fixed(size);
    }

    /// <summary>The bytes of a text without the NUL; empty when it is none.</summary>
    public ReadOnlySpan<byte> TextOf(AttributeValue value) => value.Form switch
    {
        Form.String => _unit.Bytes.Slice(value.Position, (int)value.Number),
        Form.StringOffset => TextAt(_unit.Owner, SectionKind.Strings, value.Number),
        Form.LineStringOffset => TextAt(_unit.Owner, SectionKind.LineStrings, value.Number),
        Form.SupplementStringOffset or Form.GnuSupplementStringOffset when _unit.Owner.Supplement is { } supplement =>
            TextAt(supplement, SectionKind.Strings, value.Number),
        _ when value.IsStringIndex
            && NumberAt(SectionKind.StringOffsets, _strings, value.Number, _unit.Is64 ? 8 : 4) is { } offset =>
            TextAt(_unit.Owner, SectionKind.Strings, offset),
        _ => [],
    };

    private static ReadOnlySpan<byte> TextAt(DebugEntries owner, SectionKind kind, ulong offset)
    {
        var section = owner.Sections[kind];
        return offset < (ulong)section.Length ? new Cursor(section, (int)offset).Text() : [];
    }

    /// <summary>Bytes of the header of a table of strings: length, version, padding.</summary>
    private static ulong StringHeaderBytes(Unit unit) => unit.Is64 ? 16UL : 8UL;

    /// <summary>Bytes of the header of a table of lists: length, version, two sizes, the number of offsets.</summary>
    private static ulong ListHeaderBytes(Unit unit) => unit.Is64 ? 20UL : 12UL;

    private static ulong Offset(Entry root, AttributeName name, ulong otherwise) => root.SectionOffset(name) ?? otherwise;
}
