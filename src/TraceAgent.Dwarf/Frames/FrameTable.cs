using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Frames;

/// <summary>
/// The unwind entries of <c>.eh_frame</c> or <c>.debug_frame</c>, sorted by address. Go has only the latter. DWARF 5, section
/// 6.4.1.
/// </summary>
public sealed class FrameTable
{
    // The largest browser has 700,000 entries.
    private const int MaxEntries = 1 << 20;
    private const int MaxCommon = 4096;

    private readonly DebugSections _sections;
    private readonly SectionKind _kind;
    private readonly Dictionary<int, CommonFrame?> _common = [];
    private readonly List<(ulong Start, int Offset)> _index = [];

    private FrameTable(DebugSections sections, SectionKind kind) => (_sections, _kind) = (sections, kind);

    public int Count => _index.Count;

    /// <summary>The entry at a position of the table; null when it is damaged.</summary>
    public FrameEntry? this[int index] => ReadEntry(_index[index].Offset);

    /// <summary>Reads where the entries are.</summary>
    /// <param name="sections">The sections, which stay the caller's.</param>
    /// <param name="kind"><see cref="SectionKind.Frames"/> or <see cref="SectionKind.ExceptionFrames"/>.</param>
    public static FrameTable Read(DebugSections sections, SectionKind kind)
    {
        ArgumentNullException.ThrowIfNull(sections);
        var table = new FrameTable(sections, kind);
        var cursor = new Cursor(sections[kind]);
        while (!cursor.IsAtEnd && table._index.Count < MaxEntries)
        {
            var offset = cursor.Position;
            if (FrameRecord.TryRead(ref cursor, kind) is not { } record)
            {
                break;
            }

            if (!record.IsCommon && table.CommonAt(record.CommonAt) is { } shared)
            {
                var body = new Cursor(sections[kind][..record.End], record.Body);
                if (FrameEntry.TryReadRange(ref body, table.PlaceOf(record), shared) is var (start, end) && start < end)
                {
                    table._index.Add((start, offset));
                }
            }
        }

        table._index.Sort();
        return table;
    }

    /// <summary>The row at an address; null when no entry holds it, or its instructions are not understood.</summary>
    public FrameRow? RowAt(ulong address) => EntryAt(address)?.RowAt(address);

    /// <summary>The entry that holds an address; null when there is none, or it is damaged.</summary>
    public FrameEntry? EntryAt(ulong address)
    {
        var (low, high) = (0, _index.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_index[middle].Start <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && ReadEntry(_index[low - 1].Offset) is { } entry && entry.Holds(address) ? entry : null;
    }

    private FrameEntry? ReadEntry(int offset)
    {
        var section = _sections[_kind];
        var cursor = new Cursor(section, offset);
        if (FrameRecord.TryRead(ref cursor, _kind) is not { IsCommon: false } record || CommonAt(record.CommonAt) is not { } shared)
        {
            return null;
        }

        return FrameEntry.TryRead(section[record.Body..record.End], PlaceOf(record), shared);
    }

    /// <summary>The address of an entry in memory, from which its own addresses count.</summary>
    private ulong PlaceOf(FrameRecord record) => _sections.AddressOf(_kind) + (ulong)record.Body;

    private CommonFrame? CommonAt(ulong offset)
    {
        var section = _sections[_kind];
        if (offset >= (ulong)section.Length)
        {
            return null;
        }

        if (!_common.TryGetValue((int)offset, out var common))
        {
            var cursor = new Cursor(section, (int)offset);
            common = FrameRecord.TryRead(ref cursor, _kind) is { IsCommon: true } record
                ? CommonFrame.TryRead(section[record.Body..record.End])
                : null;
            if (_common.Count < MaxCommon)
            {
                _common.Add((int)offset, common);
            }
        }

        return common;
    }
}
