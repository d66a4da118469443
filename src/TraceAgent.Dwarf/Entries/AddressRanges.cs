using TraceAgent.Dwarf.Reading;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Entries;

/// <summary>The addresses that an entry covers. DWARF 5, sections 2.17 and 7.25; DWARF 4, section 2.17.3.</summary>
internal static class AddressRanges
{
    /// <summary>The maximum number of ranges of one entry: a unit has one for each function at most.</summary>
    public const int MaxRanges = 1 << 16;

    /// <summary>Adds the ranges of an entry: none for one without code, and none that linkers left behind for removed code.</summary>
    public static void Read(Entry entry, List<AddressRange> ranges)
    {
        if (entry.Find(AttributeName.Ranges) is { } list)
        {
            if (entry.Unit.Version < 5)
            {
                ReadPairs(entry.Unit, list.Number, ranges);
            }
            else if (OffsetOf(entry.Unit, list) is { } offset)
            {
                ReadList(entry.Unit, offset, ranges);
            }

            return;
        }

        if (entry.Address(AttributeName.LowPc) is { } low && entry.Find(AttributeName.HighPc) is { } high)
        {
            var end = high.IsAddress ? entry.Unit.Bases.AddressOf(high) ?? low : low + high.Number;
            Add(ranges, entry.Unit, low, end);
        }
    }

    private static ulong? OffsetOf(Unit unit, AttributeValue list)
    {
        if (list.Form != Form.RangeListIndex)
        {
            return list.Number;
        }

        var start = unit.Bases.RangeLists;
        return unit.Bases.NumberAt(SectionKind.RangeLists, start, list.Number, unit.Is64 ? 8 : 4) + start;
    }

    private static void ReadPairs(Unit unit, ulong offset, List<AddressRange> ranges)
    {
        var section = unit.Owner.Sections[SectionKind.Ranges];
        var cursor = new Cursor(section, (int)Math.Min(offset, (ulong)section.Length));
        var selector = unit.AddressSize == 8 ? ulong.MaxValue : uint.MaxValue;
        var origin = unit.Bases.LowPc;
        while (ranges.Count < MaxRanges && !cursor.IsAtEnd)
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
            else
            {
                Add(ranges, unit, origin + start, origin + end);
            }
        }
    }

    private static void ReadList(Unit unit, ulong offset, List<AddressRange> ranges)
    {
        var section = unit.Owner.Sections[SectionKind.RangeLists];
        var cursor = new Cursor(section, (int)Math.Min(offset, (ulong)section.Length));
        var bases = unit.Bases;
        ulong? origin = bases.LowPc;
        while (ranges.Count < MaxRanges && !cursor.IsAtEnd)
        {
            ulong? start;
            ulong? end;
            switch (cursor.Byte())
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
                case 0x05:
                    origin = cursor.Fixed(unit.AddressSize);
                    continue;
                case 0x06:
                    (start, end) = (cursor.Fixed(unit.AddressSize), cursor.Fixed(unit.AddressSize));
                    break;
                case 0x07:
                    start = cursor.Fixed(unit.AddressSize);
                    end = start + cursor.Unsigned();
                    break;
                default:
                    // The end of the list, or nothing that can be understood.
                    return;
            }

            if (cursor.HasFailed)
            {
                return;
            }

            if (start is { } from && end is { } to)
            {
                Add(ranges, unit, from, to);
            }
        }
    }

    private static void Add(List<AddressRange> ranges, Unit unit, ulong start, ulong end)
    {
        if (start < end && !Tombstone.Is(start, unit.AddressSize))
        {
            ranges.Add(new AddressRange(start, end));
        }
    }
}
