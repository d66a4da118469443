using System.Buffers.Binary;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.Binaries;

/// <summary>A place that the loader fills in when it has loaded the file (an entry of DT_RELA or DT_JMPREL).</summary>
/// <param name="Place">Virtual address of the place.</param>
/// <param name="Type">The kind of value that it fills in, as the processor's ABI counts it.</param>
/// <param name="Symbol">The index of the symbol in the table of dynamic symbols; 0 for none.</param>
/// <param name="Addend">The number that is added.</param>
internal readonly record struct LoaderRelocation(ulong Place, uint Type, uint Symbol, long Addend)
{
    private const int EntryBytes = 24;
    private const int MaxBytes = 256 << 20;
    private const ulong TagEnd = 0;
    private const ulong TagRela = 7;
    private const ulong TagRelaSize = 8;
    private const ulong TagCallsSize = 2;
    private const ulong TagCalls = 23;

    /// <summary>The entries in the order of the file; none of a file without them, or that cannot be read.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static IEnumerable<LoaderRelocation> Of(ElfImage image)
    {
        foreach (var (address, size) in Tables(image))
        {
            if (size > 0 && image.FileOffsetOf(address) is { } offset && image.File.ReadOrNull(offset, size, MaxBytes) is { } table)
            {
                for (var at = 0; at + EntryBytes <= table.Length; at += EntryBytes)
                {
                    yield return Read(table.AsSpan(at));
                }
            }
        }
    }

    private static LoaderRelocation Read(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]), BinaryPrimitives.ReadInt64LittleEndian(entry[16..]));

    private static (ulong Address, ulong Size)[] Tables(ElfImage image)
    {
        const int maxBytes = 64 << 10;
        if (image.FindSegment(ElfSegment.Dynamic) is not { } dynamic
            || image.File.ReadOrNull(dynamic.Offset, dynamic.FileSize, maxBytes) is not { } entries)
        {
            return [];
        }

        var (data, calls) = ((Address: 0UL, Size: 0UL), (Address: 0UL, Size: 0UL));
        for (var rest = entries.AsSpan(); rest.Length >= 16; rest = rest[16..])
        {
            var value = BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]);
            switch (BinaryPrimitives.ReadUInt64LittleEndian(rest))
            {
                case TagEnd:
                    rest = rest[..16];
                    break;
                case TagRela:
                    data.Address = value;
                    break;
                case TagRelaSize:
                    data.Size = value;
                    break;
                case TagCalls:
                    calls.Address = value;
                    break;
                case TagCallsSize:
                    calls.Size = value;
                    break;
            }
        }

        return [data, calls];
    }
}
