using System.Buffers.Binary;
using System.Text;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.Binaries;

/// <summary>Reads the names of the libraries that the loader brings with a file (DT_NEEDED).</summary>
internal static class NeededLibraries
{
    private const int MaxBytes = 64 << 10;
    private const int MaxName = 256;
    private const int MaxLibraries = 256;
    private const ulong TagEnd = 0;
    private const ulong TagNeeded = 1;
    private const ulong TagStrings = 5;

    /// <summary>The names in the order of the file; empty for static programs, and for tables that cannot be read.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static IReadOnlyList<string> Of(ElfImage image)
    {
        var names = new List<string>();
        if (image.FindSegment(ElfSegment.Dynamic) is not { } dynamic
            || image.File.ReadOrNull(dynamic.Offset, dynamic.FileSize, MaxBytes) is not { } entries)
        {
            return names;
        }

        var places = new List<ulong>();
        ulong? strings = null;
        for (var rest = entries.AsSpan(); rest.Length >= 16; rest = rest[16..])
        {
            var (tag, value) = (BinaryPrimitives.ReadUInt64LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            if (tag == TagEnd)
            {
                break;
            }

            strings = tag == TagStrings ? image.FileOffsetOf(value) : strings;
            if (tag == TagNeeded && places.Count < MaxLibraries)
            {
                places.Add(value);
            }
        }

        Span<byte> name = stackalloc byte[MaxName];
        foreach (var place in places)
        {
            var start = strings + place;
            if (start is not { } offset || offset >= image.File.Length)
            {
                continue;
            }

            var text = name[..(int)Math.Min(MaxName, image.File.Length - offset)];
            if (image.File.TryRead(offset, text) && text.IndexOf((byte)0) is > 0 and var end)
            {
                names.Add(Encoding.UTF8.GetString(text[..end]));
            }
        }

        return names;
    }
}
