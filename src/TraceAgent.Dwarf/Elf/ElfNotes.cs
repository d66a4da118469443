using System.Buffers.Binary;

namespace TraceAgent.Dwarf.Elf;

/// <summary>Reads the notes that linkers leave. gABI, "Note Section".</summary>
public static class ElfNotes
{
    private const int MaxBytes = 64 << 10;
    private const uint GnuBuildId = 3;
    private const uint GoBuildId = 4;

    /// <summary>The GNU build id in hex, or null; and whether Go's linker left its own.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static (string? BuildId, bool IsGo) Read(ElfFile file, ElfHeader header)
    {
        // A file of debug information has headers of segments whose bytes it does not have.
        var places = header.Segments.Where(segment => segment.Type == ElfSegment.Note).Select(segment => (segment.Offset, segment.FileSize))
            .Concat(header.Sections.Where(section => section.Type == ElfSection.Note).Select(section => (section.Offset, section.Size)))
            .Distinct();
        string? buildId = null;
        var isGo = false;
        var seen = 0;
        foreach (var (offset, size) in places)
        {
            // Each file has two or three; more would let a header multiply the work.
            const int most = 16;
            if (seen++ == most)
            {
                break;
            }

            if (file.ReadOrNull(offset, size, MaxBytes) is not { } notes)
            {
                continue;
            }

            ReadOnlySpan<byte> rest = notes;
            while (rest.Length >= 12)
            {
                var nameSize = BinaryPrimitives.ReadUInt32LittleEndian(rest);
                var valueSize = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
                var type = BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]);
                rest = rest[12..];
                var nameEnd = (nameSize + 3UL) & ~3UL;
                var end = nameEnd + ((valueSize + 3UL) & ~3UL);
                if (end > (ulong)rest.Length)
                {
                    break;
                }

                var name = rest[..(int)nameSize];
                if (type == GnuBuildId && name.SequenceEqual("GNU\0"u8) && valueSize is > 0 and <= 64)
                {
                    buildId ??= Convert.ToHexStringLower(rest.Slice((int)nameEnd, (int)valueSize));
                }

                isGo |= type == GoBuildId && name.SequenceEqual("Go\0\0"u8);
                rest = rest[(int)end..];
            }
        }

        return (buildId, isGo);
    }
}
