using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TraceAgent.Capture.Plans;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Notes;
using Architecture = TraceAgent.Capture.Plans.Architecture;

namespace TraceAgent.Symbols.Binaries;

/// <summary>
/// A program or library on disk. The file may be hostile: every offset and size is checked, memory is bounded (at most two
/// symbol tables of 512 MiB each, and never more than the files' lengths and 128 MiB), and what cannot be read counts as absent.
/// Not safe for use by several threads at once.
/// </summary>
public sealed partial class ElfImage : IDisposable
{
    private const int OpenReadOnlyCloseOnExecNonBlocking = 0x80000 | 0x800;

    // Linkers write one or two. Every symbol is held against each, so a header must not ask for thousands.
    private const int MaxCodeSegments = 16;
    private const int MaxLoadedSegments = 64;

    private readonly ElfHeader _header;
    private readonly (string? BuildId, bool IsGo) _notes;
    private readonly ElfSegment[] _code;
    private readonly ConcurrentDictionary<Type, object> _derived = new();
    private bool? _isOfClang;
    private bool? _isOfRustc;

    private ElfImage(ElfFile file, ElfHeader header, Architecture architecture, string displayPath, DebugFolders debugFolders)
    {
        DisplayPath = displayPath;
        DebugFolders = debugFolders;
        File = file;
        _header = header;
        Architecture = architecture;
        _code = [.. header.Segments.Where(segment => segment.IsCode).Take(MaxCodeSegments)];
        _notes = ElfNotes.Read(file, header);
        IsExecutableProgram = header.Type == ElfHeader.Executable || FindSegment(ElfSegment.Interpreter) is not null || HasPieFlag();
        IsGo = _notes.IsGo || header.Sections.Any(section => section.Name is ".note.go.buildid" or ".go.buildinfo"
            || section.Name.EndsWith(".gopclntab", StringComparison.Ordinal));
    }

    public Architecture Architecture { get; }

    /// <summary>The name of the file in messages; files of debug information are looked for beside it.</summary>
    internal string DisplayPath { get; }

    /// <summary>The folders below which its separate debug information is looked for.</summary>
    internal DebugFolders DebugFolders { get; }

    /// <summary>True when the file can be started by itself, as opposed to a library (some, like libc.so.6, are both).</summary>
    public bool IsExecutableProgram { get; }

    /// <summary>True when addresses at run time are those of the file: a program that is not position-independent.</summary>
    internal bool HasFixedAddresses => _header.Type == ElfHeader.Executable;

    /// <summary>True when the file is a program and never a library: it has fixed addresses, or its linker was told so.</summary>
    internal bool IsOnlyProgram => HasFixedAddresses || HasPieFlag();

    /// <summary>True when Go's linker made the file, with or without C code in it.</summary>
    public bool IsGo { get; }

    /// <summary>The minor version N of the Go 1.N that made the file; null when it is not Go's, or does not say.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    internal int? GoMinor => field ??= IsGo ? GoBuildVersion.MinorOf(this) : null;

    /// <summary>True when something of it was compiled by clang, as its <c>.comment</c> says.</summary>
    internal bool IsOfClang => _isOfClang ??= HasComment("clang version"u8);

    /// <summary>True when something of it was compiled by rustc, as its <c>.comment</c> says; older ones do not write it.</summary>
    internal bool IsOfRustc => _isOfRustc ??= HasComment("rustc version"u8);

    /// <summary>The GNU build id in lower-case hex, or null when the file has none.</summary>
    public string? BuildId => _notes.BuildId;

    /// <summary>Virtual address of the first instruction of the process; 0 in most libraries.</summary>
    internal ulong EntryPoint => _header.EntryPoint;

    internal ElfFile File { get; }

    internal ElfSection[] Sections => _header.Sections;

    internal ElfSegment[] CodeSegments => _code;

    /// <summary>The segments that are mapped; at most 64.</summary>
    internal IEnumerable<ElfSegment> LoadedSegments =>
        _header.Segments.Where(segment => segment.Type == ElfSegment.Load).Take(MaxLoadedSegments);

    /// <summary>The names of the libraries that the loader brings with the file; empty for static programs.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public IReadOnlyList<string> Needed => field ??= NeededLibraries.Of(this);

    internal UsdtNotes Usdt => field ??= UsdtNotes.Read(File, _header.Sections);

    internal UnwindIndex Unwind => field ??= new UnwindIndex(this);

    /// <summary>Derives an object from this image at the first use, and keeps it as long as the image.</summary>
    internal T Derive<T>(Func<ElfImage, T> read)
        where T : class => (T)_derived.GetOrAdd(typeof(T), static (_, how) => how.Read(how.Image), (Read: read, Image: this));

    /// <summary>Opens the file at a path that is also its name in messages.</summary>
    public static ElfImage? TryOpen(string path, out SiteProblem? problem) => TryOpen(path, path, out problem);

    /// <summary>
    /// Opens the file at <paramref name="path"/>; null, with the reason in <paramref name="problem"/>, when that cannot be.
    /// </summary>
    /// <param name="path">The path to open.</param>
    /// <param name="displayPath">The name of the file in messages; files of debug information are looked for beside this one.</param>
    /// <param name="problem">The reason.</param>
    /// <param name="debugFolders">The folders below which separate debug information is; null for that of packages.</param>
    public static ElfImage? TryOpen(
        string path, string displayPath, out SiteProblem? problem, DebugFolders? debugFolders = null)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            problem = new SiteProblem(SiteCodes.CannotRead, Refused: true, "a path cannot hold a zero byte");
            return null;
        }

        var file = OpenFile(path);
        var error = Marshal.GetLastPInvokeError();
        if (!file.IsInvalid)
        {
            return TryOpen(file, displayPath, out problem, debugFolders);
        }

        file.Dispose();
        problem = CannotRead(displayPath, Marshal.GetPInvokeErrorMessage(error), error switch
        {
            2 => "check the path; a relative one starts at the folder of the rule file",
            13 => "the agent needs CAP_DAC_READ_SEARCH, or read permission on the file",
            _ => null,
        });
        return null;
    }

    /// <summary>
    /// Opens an image of a file that is already open; the image owns <paramref name="file"/> from now on, and closes it when it
    /// fails.
    /// </summary>
    /// <param name="displayPath">The name of the file in messages.</param>
    /// <param name="problem">The reason.</param>
    /// <param name="debugFolders">The folders below which separate debug information is; null for that of packages.</param>
    public static ElfImage? TryOpen(
        SafeFileHandle file, string displayPath, out SiteProblem? problem, DebugFolders? debugFolders = null)
    {
        ElfImage? image = null;
        try
        {
            var bytes = new ElfFile(file, (ulong)RandomAccess.GetLength(file));
            if (ElfHeader.Read(bytes, out var failure) is not { } header)
            {
                problem = new SiteProblem(
                    failure.IsDamaged ? SiteCodes.Damaged : SiteCodes.NotSupported, Refused: true, $"{displayPath} {failure.Message}");
                return null;
            }

            if (Architecture.OfElf(header.Machine) is not { } architecture)
            {
                problem = new SiteProblem(
                    SiteCodes.NotSupported, Refused: true, $"{displayPath} is for another processor (e_machine {header.Machine})",
                    "x86_64 and aarch64 can be probed");
                return null;
            }

            image = new ElfImage(bytes, header, architecture, displayPath, debugFolders ?? DebugFolders.Default);
            problem = null;
            return image;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // File.OpenHandle and RandomAccess throw these for a folder, a pipe or an error of the disk.
            problem = error is NotSupportedException || Directory.Exists(displayPath)
                ? new SiteProblem(SiteCodes.NotSupported, Refused: true, $"{displayPath} is not a regular file")
                : CannotRead(displayPath, error.Message, null);
            return null;
        }
        finally
        {
            if (image is null)
            {
                file.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (var derived in _derived.Values)
        {
            (derived as IDisposable)?.Dispose();
        }

        File.Dispose();
    }

    /// <summary>Opens a file without blocking: File.OpenHandle would wait for ever on a FIFO.</summary>
    internal static SafeFileHandle OpenFile(string path) => Open(path, OpenReadOnlyCloseOnExecNonBlocking);

    public static SiteProblem CannotRead(string displayPath, string reason, string? hint) =>
        new(SiteCodes.CannotRead, Refused: true, $"cannot read {displayPath}: {reason}", hint);

    internal ElfSegment? FindSegment(uint type)
    {
        foreach (var segment in _header.Segments)
        {
            if (segment.Type == type)
            {
                return segment;
            }
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    private bool HasComment(ReadOnlySpan<byte> text)
    {
        const int maxBytes = 64 << 10;
        var section = Array.Find(_header.Sections, section => section.Name == ".comment");
        return section.Type != ElfSection.NoBits
            && File.ReadOrNull(section.Offset, section.Size, maxBytes) is { } comment
            && comment.AsSpan().IndexOf(text) >= 0;
    }

    private bool HasPieFlag()
    {
        const ulong flags1 = 0x6ffffffb;
        const ulong pie = 0x08000000;
        const int maxBytes = 64 << 10;
        if (FindSegment(ElfSegment.Dynamic) is not { } dynamic
            || File.ReadOrNull(dynamic.Offset, dynamic.FileSize, maxBytes) is not { } entries)
        {
            return false;
        }

        for (var rest = entries.AsSpan(); rest.Length >= 16; rest = rest[16..])
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(rest) == flags1)
            {
                return (BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) & pie) != 0;
            }
        }

        return false;
    }
}
