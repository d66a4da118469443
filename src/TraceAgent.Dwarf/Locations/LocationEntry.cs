using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Locations;

/// <summary>The expression by which a value is found at some addresses.</summary>
/// <param name="Range">The addresses.</param>
/// <param name="IsDefault">True where it holds at all addresses that no other one has.</param>
/// <param name="Section">The section that has the expression.</param>
/// <param name="Position">Bytes from the start of the section.</param>
/// <param name="Length">Bytes; 0 for a value that is nowhere.</param>
internal readonly record struct LocationEntry(AddressRange Range, bool IsDefault, SectionKind Section, int Position, int Length)
{
    /// <summary>
    /// True for a place of no instruction: the value is there before the first one that stands at the address, as gcc says of
    /// parameters that a function takes from their registers at once.
    /// </summary>
    public bool IsEmpty => Range.Start == Range.End;

    public ReadOnlySpan<byte> BytesIn(DebugSections sections) => sections[Section].Slice(Position, Length);
}
