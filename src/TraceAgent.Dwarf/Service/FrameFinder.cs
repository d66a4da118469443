using TraceAgent.Dwarf.Frames;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Service;

/// <summary>Finds unwind entries: those of the program first, then those of its debug information.</summary>
/// <param name="program">The program or library.</param>
/// <param name="debug">The file with its debug information; may be the same.</param>
internal sealed class FrameFinder(DebugSections program, DebugSections debug)
{
    private List<FrameTable>? _tables;

    /// <summary>The entry that holds an address, and is understood there; null when there is none.</summary>
    public FrameEntry? EntryAt(ulong address)
    {
        _tables ??= [FrameTable.Read(program, SectionKind.ExceptionFrames), FrameTable.Read(debug, SectionKind.Frames)];
        foreach (var table in _tables)
        {
            if (table.EntryAt(address) is { } entry && entry.RowAt(address) is not null)
            {
                return entry;
            }
        }

        return null;
    }
}
