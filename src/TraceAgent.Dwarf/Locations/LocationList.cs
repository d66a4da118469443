using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Reading;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Locations;

/// <summary>Where the value of an attribute is, at which addresses. DWARF 5, sections 2.6.2 and 7.29; DWARF 4, section 2.6.2.</summary>
internal static class LocationList
{
    /// <summary>The maximum number of places of one variable.</summary>
    public const int MaxPlaces = 1 << 16;

    private const byte DefaultPlace = 0x05;

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

        if (unit.Version < 5)
        {
            ReadPairs(unit, value.Number, places);
        }
        else if (OffsetOf(unit, value) is { } offset)
        {
            ReadList(unit, offset, places);
        }

        return true;
    }

    private static ulong? OffsetOf(Unit unit, AttributeValue value)
    {
        if (value.Form != Form.LocationListIndex)
        {
            return value.Number;
        }

        var start = unit.Bases.LocationLists;
        return unit.Bases.NumberAt(SectionKind.LocationLists, start, value.Number, unit.Is64 ? 8 : 4) + start;
    }

    private static void ReadPairs(Unit unit, ulong offset, List<LocationEntry> places)
    {
        var section = unit.Owner.Sections[SectionKind.Locations];
        var cursor = new Cursor(section, (int)Math.Min(offset, (ulong)section.Length));
        var selector = unit.AddressSize == 8 ? ulong.MaxValue : uint.MaxValue;
        var origin = unit.Bases.LowPc;
        while (places.Count < MaxPlaces && !cursor.IsAtEnd)
        {
            var (start, end) = (cursor.Fixed(unit.AddressSize), cursor.Fixed(unit.AddressSize));
            if ((start, end) == (0, 0) || cursor.HasFailed)
            {
                return;
            }

            if (start == selector)
            {
                origin = end;
            }
            else if (!Add(ref cursor, Outline(SectionKind.Locations, origin + start, origin + end), cursor.UInt16(), places))
            {
                return;
            }
        }
    }

    private static void ReadList(Unit unit, ulong offset, List<LocationEntry> places)
    {
        var section = unit.Owner.Sections[SectionKind.LocationLists];
        var cursor = new Cursor(section, (int)Math.Min(offset, (ulong)section.Length));
        var bases = unit.Bases;
        ulong? origin = bases.LowPc;
        while (places.Count < MaxPlaces && !cursor.IsAtEnd)
        {
            ulong? start;
            ulong? end;
            var kind = cursor.Byte();
            switch (kind)
            {
                case 0x01:
                    origin = bases.AddressAt(cursor.Unsigned());
                    continue;
                case 0x02:
                    (start, end) = (bases.AddressAt(cursor.Unsigned()), bases.AddressAt(cursor.Unsigned()));
                    break;
                case 0x03:
                    start = bases.AddressAt(cursor.Unsigned());
                    end = start + cursor.Unsigned();
                    break;
                case 0x04:
                    (start, end) = (origin + cursor.Unsigned(), origin + cursor.Unsigned());
                    break;
                case DefaultPlace:
                    (start, end) = (Everywhere.Start, Everywhere.End);
                    break;
                case 0x06:
                    origin = cursor.Fixed(unit.AddressSize);
                    continue;
                case 0x07:
                    (start, end) = (cursor.Fixed(unit.AddressSize), cursor.Fixed(unit.AddressSize));
                    break;
                case 0x08:
                    start = cursor.Fixed(unit.AddressSize);
                    end = start + cursor.Unsigned();
                    break;
                case 0x09:
                    // GNU's pair of views, which tell apart what happens at one address.
                    cursor.Unsigned();
                    cursor.Unsigned();
                    continue;
                default:
                    // The end of the list, or nothing that can be understood.
                    return;
            }

            // An address that the table does not have: no place, but its bytes must be passed.
            var outline = Outline(SectionKind.LocationLists, start ?? 0, start is null ? 0 : end ?? 0);
            outline = outline with { IsDefault = kind == DefaultPlace };
            if (!Add(ref cursor, outline, cursor.Unsigned(), places))
            {
                return;
            }
        }
    }

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
