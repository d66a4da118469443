using System.Buffers.Binary;
using System.Text;

namespace TraceAgent.Dwarf.Elf;

/// <summary>The fixed header and the two tables that it leads to. Sections are optional at run time; segments are not.</summary>
public sealed record ElfHeader(ushort Type, ushort Machine, ulong EntryPoint, ElfSegment[] Segments, ElfSection[] Sections)
{
    public const ushort Executable = 2;
    public const ushort SharedObject = 3;

    private const int Size = 64;
    private const int SegmentSize = 56;
    private const int SectionSize = 64;

    // e_phnum and e_shnum are 16 bits wide; the extended count of e_shnum could ask for more than any program has.
    private const int MaxEntries = 0xffff;
    private const int MaxNames = 4 << 20;

    /// <summary>
    /// Reads the header of a program or library; null, with the reason in <paramref name="failure"/>, when the file is none.
    /// </summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static ElfHeader? Read(ElfFile file, out (bool IsDamaged, string Message) failure)
    {
        var header = ReadAny(file, out failure);
        if (header is null or { Type: Executable or SharedObject })
        {
            return header;
        }

        failure = (false, header.Type switch
        {
            1 => "is an object file (.o), which never runs as it is",
            4 => "is a core dump",
            var type => $"is an ELF file of the unknown type {type}",
        });
        return null;
    }

    /// <summary>Reads the header of a file of whatever type: what dwz makes for several programs counts as an object file.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static ElfHeader? ReadAny(ElfFile file, out (bool IsDamaged, string Message) failure)
    {
        ArgumentNullException.ThrowIfNull(file);
        Span<byte> header = stackalloc byte[Size];
        header.Clear();
        var complete = file.TryRead(0, header);
        if (!complete && file.Length >= 4)
        {
            file.TryRead(0, header[..4]);
        }

        if (!header.StartsWith("\u007fELF"u8))
        {
            failure = (false, "is not an ELF program or library");
            return null;
        }

        if (!complete)
        {
            failure = (true, "ends within its ELF header");
            return null;
        }

        if (header[4] != 2 || header[5] != 1)
        {
            failure = (false, header[4] == 1 ? "is a 32-bit program" : "is not a 64-bit little-endian program");
            return null;
        }

        var type = BinaryPrimitives.ReadUInt16LittleEndian(header[16..]);
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        var segments = ReadSegments(file, header);
        if (segments is null)
        {
            failure = (true, "has program headers that are outside the file or not of the ELF format");
            return null;
        }

        failure = default;
        return new ElfHeader(
            type, machine, BinaryPrimitives.ReadUInt64LittleEndian(header[24..]), segments, ReadSections(file, header));
    }

    private static ElfSegment[]? ReadSegments(ElfFile file, ReadOnlySpan<byte> header)
    {
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (count == 0)
        {
            return [];
        }

        if (size != SegmentSize || file.ReadOrNull(offset, (ulong)count * SegmentSize, MaxEntries * SegmentSize) is not { } table)
        {
            return null;
        }

        var segments = new ElfSegment[count];
        for (var i = 0; i < count; i++)
        {
            var entry = table.AsSpan(i * SegmentSize, SegmentSize);
            segments[i] = new ElfSegment
            {
                Type = BinaryPrimitives.ReadUInt32LittleEndian(entry),
                Flags = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                Offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                Address = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
                FileSize = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                MemorySize = BinaryPrimitives.ReadUInt64LittleEndian(entry[40..]),
                Alignment = BinaryPrimitives.ReadUInt64LittleEndian(entry[48..]),
            };
        }

        return segments;
    }

    /// <summary>
    /// Reads the sections; empty when there are none or they are unreadable: the loader does not use them, and strippers leave
    /// rubbish.
    /// </summary>
    private static ElfSection[] ReadSections(ElfFile file, ReadOnlySpan<byte> header)
    {
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]);
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        uint names = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
        if (offset == 0 || size != SectionSize)
        {
            return [];
        }

        // Counts that need more than 16 bits are in the first section header (gABI, "ELF Header").
        if (file.ReadOrNull(offset, SectionSize, SectionSize) is not { } first)
        {
            return [];
        }

        if (count == 0)
        {
            count = BinaryPrimitives.ReadUInt64LittleEndian(first.AsSpan(32));
        }

        if (names == 0xffff)
        {
            names = BinaryPrimitives.ReadUInt32LittleEndian(first.AsSpan(40));
        }

        if (count is 0 or > MaxEntries || file.ReadOrNull(offset, count * SectionSize, MaxEntries * SectionSize) is not { } table)
        {
            return [];
        }

        byte[] strings = [];
        if (names < count)
        {
            var entry = table.AsSpan((int)names * SectionSize, SectionSize);
            strings = file.ReadOrNull(
                BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]), MaxNames) ?? [];
        }

        var sections = new ElfSection[(int)count];
        for (var i = 0; i < sections.Length; i++)
        {
            var entry = table.AsSpan(i * SectionSize, SectionSize);
            sections[i] = new ElfSection
            {
                Name = NameAt(strings, BinaryPrimitives.ReadUInt32LittleEndian(entry)),
                Type = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                Flags = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                Address = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
                Offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]),
                Size = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                Link = BinaryPrimitives.ReadUInt32LittleEndian(entry[40..]),
            };
        }

        return sections;
    }

    private static string NameAt(ReadOnlySpan<byte> strings, uint offset)
    {
        // 65,535 sections that all name one long string must not cost gigabytes.
        const int longest = 64;
        if (offset >= (uint)strings.Length)
        {
            return "";
        }

        var name = strings[(int)offset..];
        name = name[..Math.Min(name.Length, longest)];
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
