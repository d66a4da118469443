using System.Buffers.Binary;
using System.Text;

namespace TraceAgent.Engine.Targets;

/// <summary>
/// Reads the dynamic linker's list of libraries, <c>/etc/ld.so.cache</c>: <c>struct cache_file_new</c> and <c>struct
/// file_entry_new</c> of glibc's sysdeps/generic/dl-cache.h. Its bytes are not trusted.
/// </summary>
internal static class LinkerCache
{
    /// <summary>The maximum size of the file in bytes: more than 100,000 libraries.</summary>
    public const int MaxSize = 16 << 20;

    private const int HeaderSize = 48;
    private const int EntrySize = 24;
    private const int MaxTextLength = 4096;

    private static ReadOnlySpan<byte> Magic => "glibc-ld.so.cache1.1"u8;

    /// <summary>Paths of the libraries of a name, the preferred one first: there may be variants for processors.</summary>
    /// <param name="cache">The content of the file.</param>
    /// <param name="name">The name as in <c>DT_NEEDED</c>.</param>
    /// <param name="flags">The flags of the kind of library: see <see cref="LibraryKind"/>.</param>
    public static IReadOnlyList<string> Find(ReadOnlySpan<byte> cache, string name, int flags)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        return [.. Select(cache, flags, found => found.SequenceEqual(wanted)).Select(entry => entry.Path)];
    }

    /// <summary>The names of libraries that begin so, each once.</summary>
    /// <param name="cache">The content of the file.</param>
    /// <param name="prefix">The beginning of the names: <c>libssl.so.</c>.</param>
    /// <param name="flags">The flags of the kind of library.</param>
    public static IReadOnlyList<string> NamesOf(ReadOnlySpan<byte> cache, string prefix, int flags)
    {
        var wanted = Encoding.UTF8.GetBytes(prefix);
        return [.. Select(cache, flags, found => found.StartsWith(wanted)).Select(entry => entry.Name).Distinct()];
    }

    private delegate bool Choice(ReadOnlySpan<byte> name);

    private static List<(string Name, string Path)> Select(ReadOnlySpan<byte> cache, int flags, Choice isMeant)
    {
        // Older files begin with the table of an older format; offsets count from the newer one.
        var start = cache.IndexOf(Magic);
        if (start < 0 || cache.Length - start < HeaderSize)
        {
            return [];
        }

        var table = cache[start..];
        var count = BinaryPrimitives.ReadUInt32LittleEndian(table[20..]);
        var paths = new List<(string Name, string Path)>();
        for (long entry = HeaderSize, i = 0; i < count && entry + EntrySize <= table.Length; i++, entry += EntrySize)
        {
            var fields = table.Slice((int)entry, EntrySize);
            if (BinaryPrimitives.ReadInt32LittleEndian(fields) == flags
                && TextAt(table, BinaryPrimitives.ReadUInt32LittleEndian(fields[4..])) is var name && isMeant(name)
                && Encoding.UTF8.GetString(TextAt(table, BinaryPrimitives.ReadUInt32LittleEndian(fields[8..]))) is ['/', ..] path)
            {
                paths.Add((Encoding.UTF8.GetString(name), path));
            }
        }

        return paths;
    }

    /// <summary>The NUL-terminated text at an offset; empty when there is none, or no end of it.</summary>
    private static ReadOnlySpan<byte> TextAt(ReadOnlySpan<byte> table, uint offset)
    {
        if (offset >= table.Length)
        {
            return [];
        }

        var rest = table[(int)offset..];
        var end = rest[..Math.Min(rest.Length, MaxTextLength)].IndexOf((byte)0);
        return end < 0 ? [] : rest[..end];
    }
}
