using System.Buffers.Binary;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.Binaries;

/// <summary>
/// The pointers that the loader fills in by adding where the file lies (R_*_RELATIVE of DT_RELA): in the file, their place may hold
/// nothing. Packed ones (DT_RELR) hold their value there, so that nothing is to be read for them.
/// </summary>
internal sealed class RelativeRelocations
{
    private const int EntryBytes = 24;
    private const int MaxBytes = 256 << 20;
    private const ulong TypeX64 = 8;
    private const ulong TypeArm64 = 1027;
    private const ulong TagEnd = 0;
    private const ulong TagRela = 7;
    private const ulong TagRelaSize = 8;

    private readonly Dictionary<ulong, ulong> _targets = [];

    private RelativeRelocations()
    {
    }

    /// <summary>The pointers to code, with their targets.</summary>
    public IEnumerable<KeyValuePair<ulong, ulong>> All => _targets;

    /// <summary>
    /// The value of the pointer at an address, less where the file lies; null when the loader does not fill it in, or not with an
    /// address of code.
    /// </summary>
    public ulong? Of(ulong place) => _targets.TryGetValue(place, out var target) ? target : null;

    /// <exception cref="IOException">The operating system could not read.</exception>
    public static RelativeRelocations Of(ElfImage image)
    {
        var relocations = new RelativeRelocations();
        if (Table(image) is not var (address, size) || image.FileOffsetOf(address) is not { } offset
            || image.File.ReadOrNull(offset, size, MaxBytes) is not { } table)
        {
            return relocations;
        }

        for (var rest = table.AsSpan(); rest.Length >= EntryBytes; rest = rest[EntryBytes..])
        {
            var target = BinaryPrimitives.ReadUInt64LittleEndian(rest[16..]);
            if (BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) is TypeX64 or TypeArm64 && image.CodeSegmentAt(target) is not null)
            {
                relocations._targets[BinaryPrimitives.ReadUInt64LittleEndian(rest)] = target;
            }
        }

        return relocations;
    }

    private static (ulong Address, ulong Size)? Table(ElfImage image)
    {
        const int mostBytes = 64 << 10;
        if (image.FindSegment(ElfSegment.Dynamic) is not { } dynamic
            || image.File.ReadOrNull(dynamic.Offset, dynamic.FileSize, mostBytes) is not { } entries)
        {
            return null;
        }

        var (address, size) = (0UL, 0UL);
        for (var rest = entries.AsSpan(); rest.Length >= 16; rest = rest[16..])
        {
            var value = BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]);
            switch (BinaryPrimitives.ReadUInt64LittleEndian(rest))
            {
                case TagEnd:
                    rest = rest[..16];
                    break;
                case TagRela:
                    address = value;
                    break;
                case TagRelaSize:
                    size = value;
                    break;
            }
        }

        return size == 0 ? null : (address, size);
    }
}
