using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.Binaries;

/// <summary>The part that maps virtual addresses to places in the file.</summary>
public sealed partial class ElfImage
{
    /// <summary>The executable segment that has the address in the file, or null.</summary>
    internal ElfSegment? CodeSegmentAt(ulong address)
    {
        foreach (var segment in _code)
        {
            if (segment.HoldsAddress(address))
            {
                return segment;
            }
        }

        return null;
    }

    /// <summary>
    /// The address after the last byte of code that follows <paramref name="address"/> without a gap, which must be code.
    /// </summary>
    internal ulong EndOfCodeAt(ulong address)
    {
        if (CodeSegmentAt(address) is not { } segment)
        {
            return address;
        }

        var left = segment.FileSize - (address - segment.Address);
        foreach (var section in _header.Sections)
        {
            if (section.IsCode && section.HoldsAddress(address))
            {
                left = Math.Min(left, section.Size - (address - section.Address));
                break;
            }
        }

        return address + left;
    }

    /// <summary>True when the address is in an executable segment and, in a file with sections, in an executable section.</summary>
    public bool IsCode(ulong address) =>
        CodeSegmentAt(address) is not null
        && (!_header.Sections.Any(section => section.IsCode)
            || _header.Sections.Any(section => section.IsCode && section.HoldsAddress(address)));

    /// <summary>The executable section that holds the address, or null.</summary>
    internal ElfSection? SectionAt(ulong address)
    {
        foreach (var section in _header.Sections)
        {
            if (section.IsCode && section.HoldsAddress(address))
            {
                return section;
            }
        }

        return null;
    }

    /// <summary>Bytes from the start of the file to the byte that is mapped at the address, or null.</summary>
    internal ulong? FileOffsetOf(ulong address)
    {
        foreach (var segment in _header.Segments)
        {
            if (segment.Type == ElfSegment.Load && segment.HoldsAddress(address))
            {
                return segment.Offset + (address - segment.Address);
            }
        }

        return null;
    }

    /// <summary>The address at which a byte of the file is mapped, in the first of the segments that have it, or null.</summary>
    internal ulong? AddressOf(ulong offset)
    {
        foreach (var segment in _header.Segments)
        {
            if (segment.Type == ElfSegment.Load && segment.HoldsOffset(offset))
            {
                return segment.Address + (offset - segment.Offset);
            }
        }

        return null;
    }

    /// <summary>
    /// The file offset like <see cref="FileOffsetOf"/>, when the <paramref name="size"/> bytes from there are in the file, in a
    /// segment that the program can write to; else null.
    /// </summary>
    internal ulong? WritableFileOffsetOf(ulong address, ulong size)
    {
        foreach (var segment in _header.Segments)
        {
            if (segment.IsWritable && segment.HoldsAddress(address) && segment.FileSize - (address - segment.Address) >= size)
            {
                return segment.Offset + (address - segment.Address);
            }
        }

        return null;
    }
}
