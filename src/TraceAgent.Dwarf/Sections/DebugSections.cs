using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Dwarf.Sections;

/// <summary>A section of debug information. DWARF 5, section 7.3 and appendix B.</summary>
public enum SectionKind
{
    Entries,
    TypeEntries,
    Abbreviations,
    Strings,
    LineStrings,
    StringOffsets,
    Addresses,
    Ranges,
    RangeLists,
    Locations,
    LocationLists,
    Lines,
    Frames,
    ExceptionFrames,
    CompileIndex,
    TypeIndex,
}

/// <summary>
/// The sections of one file, mapped or decompressed at their first use. What a section cannot be read for is kept in
/// <see cref="Problems"/>, and it is empty then.
/// </summary>
public sealed class DebugSections : IDisposable
{
    /// <summary>Decompressed bytes that one file may hold on the heap; more of them need a spill file.</summary>
    public const int MaxHeapBytes = 32 << 20;

    // A span holds at most 2^31 - 1 bytes.
    private const int MaxBytes = int.MaxValue;

    private const ulong Compressed = 0x800;
    private const string SplitSuffix = ".dwo";

    private static readonly string[] Names =
    [
        "info", "types", "abbrev", "str", "line_str", "str_offsets", "addr", "ranges", "rnglists", "loc", "loclists", "line", "frame",
        "", "cu_index", "tu_index",
    ];

    private readonly ElfFile _file;
    private readonly ElfSection[] _headers;
    private readonly SafeFileHandle? _spill;
    private readonly string _suffix;
    private readonly ReadOnlyMemory<byte>?[] _sections = new ReadOnlyMemory<byte>?[(int)SectionKind.TypeIndex + 1];
    private readonly List<MappedBytes> _mapped = [];
    private readonly List<string> _problems = [];
    private int _onHeap;

    /// <summary>Makes the sections of a file, which they own from now on.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">The header of the file.</param>
    /// <param name="spill">A file for large decompressed sections, which several may share; null when there is none.</param>
    /// <param name="isSplit">True for the sections that the linker did not take (<c>.dwo</c>).</param>
    public DebugSections(ElfFile file, ElfHeader header, SafeFileHandle? spill = null, bool isSplit = false)
    {
        ArgumentNullException.ThrowIfNull(header);
        _file = file;
        _headers = header.Sections;
        _spill = spill;
        IsSplit = isSplit;
        _suffix = isSplit ? SplitSuffix : "";
        Machine = header.Machine;
    }

    /// <summary>The <c>e_machine</c> of the file.</summary>
    public ushort Machine { get; }

    /// <summary>True for the sections of <c>.dwo</c> files and of packages of them.</summary>
    public bool IsSplit { get; }

    /// <summary>Sentences without a full stop about sections that could not be read.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>True when the file has entries at all.</summary>
    public bool HasEntries => Header(SectionKind.Entries) is { Size: > 0, Type: not ElfSection.NoBits };

    /// <summary>Loads what decompressing may need, for a process that can open no files later.</summary>
    public static void Prepare() => Decompression.Prepare();

    /// <summary>The bytes of a section; empty when there is none or it cannot be read.</summary>
    public ReadOnlySpan<byte> this[SectionKind kind] => (_sections[(int)kind] ??= Read(kind)).Span;

    /// <summary>Virtual address of a section that is loaded.</summary>
    public ulong AddressOf(SectionKind kind) => Header(kind)?.Address ?? 0;

    public void Dispose()
    {
        foreach (IDisposable mapped in _mapped)
        {
            mapped.Dispose();
        }

        _file.Dispose();
    }

    private ElfSection? Header(SectionKind kind)
    {
        foreach (var header in _headers)
        {
            if (kind == SectionKind.ExceptionFrames
                ? header.Name == ".eh_frame"
                : IsNamed(header.Name, ".debug_", kind) || IsNamed(header.Name, ".zdebug_", kind))
            {
                return header;
            }
        }

        return null;
    }

    private bool IsNamed(string name, string prefix, SectionKind kind)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = name.AsSpan(prefix.Length);
        var suffix = kind is SectionKind.CompileIndex or SectionKind.TypeIndex ? "" : _suffix;
        return rest.EndsWith(suffix) && rest[..^suffix.Length].SequenceEqual(Names[(int)kind]);
    }

    private ReadOnlyMemory<byte> Read(SectionKind kind)
    {
        if (Header(kind) is not { Size: > 0, Type: not ElfSection.NoBits } header)
        {
            return default;
        }

        var isGnu = header.Name.StartsWith(".z", StringComparison.Ordinal);
        if (header.Size > MaxBytes)
        {
            return Refuse($"{header.Name} has more than 2 GiB");
        }

        if (_file.Map(header.Offset, (int)header.Size, _mapped) is not { } bytes)
        {
            return Refuse($"{header.Name} is outside the file");
        }

        return isGnu || (header.Flags & Compressed) != 0 ? Decompress(header.Name, bytes, isGnu) : bytes;
    }

    private ReadOnlyMemory<byte> Decompress(string name, ReadOnlyMemory<byte> bytes, bool isGnu)
    {
        if (Decompression.ReadHeader(bytes, isGnu) is not { } section || section.Size is 0 or > MaxBytes)
        {
            return Refuse($"{name} is compressed in a form that is not understood");
        }

        if (Room((int)section.Size) is not { } room)
        {
            return Refuse($"{name} is too large to be decompressed");
        }

        return Decompression.TryDecode(section, room.Span)
            ? room
            : Refuse(section.IsZstd
                ? $"{name} cannot be decompressed: it is damaged, or libzstd.so.1 is not installed"
                : $"{name} cannot be decompressed: it is damaged");
    }

    private Memory<byte>? Room(int size)
    {
        if (size <= MaxHeapBytes - _onHeap)
        {
            _onHeap += size;
            return new byte[size];
        }

        if (_spill is null)
        {
            return null;
        }

        try
        {
            var end = RandomAccess.GetLength(_spill);
            RandomAccess.SetLength(_spill, end + size);
            var mapped = new MappedBytes(_spill, end, size, MemoryMappedFileAccess.ReadWrite);
            _mapped.Add(mapped);
            return mapped.Memory;
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ReadOnlyMemory<byte> Refuse(string problem)
    {
        _problems.Add(problem);
        return default;
    }
}
