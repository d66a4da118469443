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
                ReadPairs(entry.Unit.Skeleton ?? entry.Unit, list.Number + entry.Unit.Bases.Ranges, ranges);
            }
            else if (AddressList.OffsetOf(
                entry.Unit, list, Form.RangeListIndex, (SectionKind.RangeLists, entry.Unit.Bases.RangeLists)) is { } offset)
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

    private static void ReadPairs(Unit unit, ulong offset, List<AddressRange> ranges)
    {
        var cursor = AddressList.Open(unit, SectionKind.Ranges, offset);
        var list = new AddressList(unit);
        while (ranges.Count < MaxRanges && list.ReadPair(ref cursor))
        {
            Add(ranges, unit, list.Start ?? 0, list.End ?? 0);
        }
    }

    private static void ReadList(Unit unit, ulong offset, List<AddressRange> ranges)
    {
        var cursor = AddressList.Open(unit, SectionKind.RangeLists, offset);
        var list = new AddressList(unit);
        while (ranges.Count < MaxRanges && !cursor.IsAtEnd)
        {
            // AddressListKind has the numbers of DW_RLE_end_of_list (0) to DW_RLE_start_length (7), DWARF 5, section 7.25.
            var step = list.ReadEntry(ref cursor, (AddressListKind)cursor.Byte());
            if (step == AddressListStep.End || cursor.HasFailed)
            {
                return;
            }

            if (step == AddressListStep.Pair && list is { Start: { } from, End: { } to })
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
