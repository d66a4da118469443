using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Locations;

/// <summary>
/// The locations of the value of an attribute, each with its range of addresses. DWARF 5, sections 2.6.2 and 7.29; DWARF 4,
/// section 2.6.2.
/// </summary>
internal static class LocationList
{
    /// <summary>The maximum number of places of one variable.</summary>
    public const int MaxPlaces = 1 << 16;

    /// <summary>DW_LLE_default_location.</summary>
    private const byte DefaultPlace = 0x05;

    /// <summary>DW_LLE_GNU_view_pair.</summary>
    private const byte ViewPair = 0x09;

    private static readonly AddressRange Everywhere = new(0, ulong.MaxValue);

    /// <summary>Adds the places that an attribute has.</summary>
    /// <returns>False when there is no such attribute, or none that says where.</returns>
    public static bool Read(Entry entry, AttributeName name, List<LocationEntry> places)
    {
        if (entry.Find(name) is not { } value)
        {
            return false;
        }

        var unit = entry.Unit;
        if (value.IsBlock)
        {
            places.Add(new LocationEntry(Everywhere, IsDefault: false, unit.Section, value.Position, (int)value.Number));
            return true;
        }

        if (value.Form != Form.LocationListIndex && !(value.IsSectionOffset && (value.Form == Form.SectionOffset || unit.Version < 4)))
        {
            return false;
        }

        if (unit.Version < 5 && unit.Owner.Sections.IsSplit)
        {
            ReadSplit(unit, value.Number + unit.Contribution.Locations, places);
        }
        else if (unit.Version < 5)
        {
            ReadPairs(unit, value.Number, places);
        }
        else if (AddressList.OffsetOf(
            unit, value, Form.LocationListIndex, (SectionKind.LocationLists, unit.Bases.LocationLists)) is { } offset)
        {
            ReadList(unit, offset, places);
        }

        return true;
    }

    private static void ReadPairs(Unit unit, ulong offset, List<LocationEntry> places)
    {
        var cursor = AddressList.Open(unit, SectionKind.Locations, offset);
        var list = new AddressList(unit);
        while (places.Count < MaxPlaces && list.ReadPair(ref cursor))
        {
            if (!Add(ref cursor, Outline(SectionKind.Locations, list.Start ?? 0, list.End ?? 0), cursor.UInt16(), places))
            {
                return;
            }
        }
    }

    /// <summary>Reads a list of a split unit of version 4: GNU, "Debug Fission", "Location Lists".</summary>
    private static void ReadSplit(Unit unit, ulong offset, List<LocationEntry> places)
    {
        const byte startEnd = 2;
        const byte startLength = 3;
        var cursor = AddressList.Open(unit, SectionKind.Locations, offset);
        while (places.Count < MaxPlaces && !cursor.IsAtEnd)
        {
            var kind = cursor.Byte();
            if (kind is not (startEnd or startLength))
            {
                return;
            }

            var start = unit.Bases.AddressAt(cursor.Unsigned());
            var end = kind == startEnd ? unit.Bases.AddressAt(cursor.Unsigned()) : start + cursor.UInt32();
            var outline = Outline(SectionKind.Locations, start ?? 0, start is null ? 0 : end ?? 0);
            if (!Add(ref cursor, outline, cursor.UInt16(), places))
            {
                return;
            }
        }
    }

    private static void ReadList(Unit unit, ulong offset, List<LocationEntry> places)
    {
        var cursor = AddressList.Open(unit, SectionKind.LocationLists, offset);
        var list = new AddressList(unit);
        while (places.Count < MaxPlaces && !cursor.IsAtEnd)
        {
            var kind = cursor.Byte();
            if (kind == ViewPair)
            {
                // DW_LLE_GNU_view_pair: two numbers that order what happens at one address.
                cursor.Unsigned();
                cursor.Unsigned();
                continue;
            }

            var isDefault = kind == DefaultPlace;
            var step = isDefault ? AddressListStep.Pair : list.ReadEntry(ref cursor, KindOf(kind));
            if (step == AddressListStep.End)
            {
                return;
            }

            if (step == AddressListStep.Origin)
            {
                continue;
            }

            // An entry whose address is missing from the table gives no location, but its bytes must be skipped.
            var (start, end) = isDefault ? (Everywhere.Start, Everywhere.End) : (list.Start ?? 0, list.Start is null ? 0 : list.End ?? 0);
            var outline = Outline(SectionKind.LocationLists, start, end) with { IsDefault = isDefault };
            if (!Add(ref cursor, outline, cursor.Unsigned(), places))
            {
                return;
            }
        }
    }

    /// <summary>The kind of an entry other than the default place, which lists of ranges do not have.</summary>
    private static AddressListKind KindOf(byte kind) => (AddressListKind)(kind < DefaultPlace ? kind : kind - 1);

    private static LocationEntry Outline(SectionKind section, ulong start, ulong end) =>
        new(new AddressRange(start, end), IsDefault: false, section, 0, 0);

    private static bool Add(ref Cursor cursor, LocationEntry outline, ulong length, List<LocationEntry> places)
    {
        var position = cursor.Position;
        cursor.Skip(length);
        if (cursor.HasFailed)
        {
            return false;
        }

        if (outline.Range.Start < outline.Range.End || outline is { Range.Start: > 0, IsEmpty: true })
        {
            places.Add(outline with { Position = position, Length = (int)length });
        }

        return true;
    }
}
