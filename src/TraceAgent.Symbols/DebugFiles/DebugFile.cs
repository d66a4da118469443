using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.SymbolTables;

namespace TraceAgent.Symbols.DebugFiles;

/// <summary>
/// The separate symbols of a stripped binary: in a file beside it or in one of the <see cref="DebugFolders"/>, or compressed in the
/// binary itself (MiniDebugInfo). Only symbols are read from there, never code, and only when the file belongs to this very build.
/// </summary>
internal sealed class DebugFile : IDisposable
{
    private const int MaxLinkBytes = 4096;
    private const int MaxCompressed = 64 << 20;

    private readonly ElfFile _file;
    private readonly ElfHeader _header;

    private DebugFile(ElfFile file, ElfHeader header, string path) => (_file, _header, Path) = (file, header, path);

    /// <summary>The path, or the name of the section of the binary.</summary>
    public string Path { get; }

    /// <summary>The symbol table, or null when it has none that can be read.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public SymbolTable? Symbols()
    {
        var section = Array.Find(_header.Sections, section => section.Type == ElfSection.SymbolTable);
        return section.Size == 0 ? null : SymbolTable.Read(_file, section, _header.Sections);
    }

    /// <summary>The open file; null when the binary itself holds it.</summary>
    public SafeFileHandle? Handle => _file.Handle;

    public ElfFile File => _file;

    public ElfSection[] Sections => _header.Sections;

    /// <summary>The first file that belongs to the image, or null.</summary>
    /// <param name="image">A binary without a symbol table of its own.</param>
    /// <param name="path">The path of the binary.</param>
    /// <param name="remark">A remark about a file that was found and could not be used, as a sentence without a full stop; or null.</param>
    /// <exception cref="IOException">The operating system could not read the binary.</exception>
    public static DebugFile? Find(ElfImage image, string path, out string? remark)
    {
        remark = null;
        return FindSeparate(image, path, ref remark) ?? Embedded(image, ref remark);
    }

    /// <summary>The first file beside the image or below its folders that belongs to it, or null.</summary>
    /// <param name="image">A binary.</param>
    /// <param name="path">The path of the binary.</param>
    /// <param name="remark">A remark about a file that was found and could not be used, as a sentence without a full stop; or null.</param>
    /// <exception cref="IOException">The operating system could not read the binary.</exception>
    public static DebugFile? FindSeparate(ElfImage image, string path, ref string? remark)
    {
        foreach (var candidate in image.BuildId is { Length: > 2 } id ? image.DebugFolders.OfBuild(id) : [])
        {
            if (TryOpen(image, candidate, checksum: null, ref remark) is { } byId)
            {
                return byId;
            }
        }

        if (Link(image) is { } link && Folder(path) is { } folder)
        {
            foreach (var candidate in image.DebugFolders.OfLink(folder, link.Name))
            {
                if (TryOpen(image, candidate, link.Checksum, ref remark) is { } byLink)
                {
                    return byLink;
                }
            }
        }

        return null;
    }

    public void Dispose() => _file.Dispose();

    private static DebugFile? Embedded(ElfImage image, ref string? remark)
    {
        var section = Array.Find(image.Sections, section => section.Name == ".gnu_debugdata");
        if (section.Size == 0 || image.File.ReadOrNull(section.Offset, section.Size, MaxCompressed) is not { } compressed)
        {
            return null;
        }

        if (XzDecoder.Decode(compressed, out var isMissing) is { } content)
        {
            return Checked(image, new ElfFile(content), ".gnu_debugdata", ref remark);
        }

        remark = isMissing
            ? "its compressed symbols (.gnu_debugdata) need liblzma.so.5, which is not installed"
            : "its compressed symbols (.gnu_debugdata) are damaged";
        return null;
    }

    /// <summary>A file name and its CRC-32; null when the binary names none. Binutils manual, "objcopy --add-gnu-debuglink".</summary>
    private static (string Name, uint Checksum)? Link(ElfImage image)
    {
        var section = Array.Find(image.Sections, section => section.Name == ".gnu_debuglink");
        if (section.Size < 8 || image.File.ReadOrNull(section.Offset, section.Size, MaxLinkBytes) is not { } link)
        {
            return null;
        }

        var length = link.AsSpan().IndexOf((byte)0);
        var checksum = (length + 4) & ~3;

        // The name of a file, not of a path that leads elsewhere.
        return length <= 0 || checksum + 4 > link.Length || link.AsSpan(0, length).Contains((byte)'/') || link[0] == (byte)'.'
            ? null
            : (System.Text.Encoding.UTF8.GetString(link.AsSpan(0, length)), BinaryPrimitives.ReadUInt32LittleEndian(link.AsSpan(checksum)));
    }

    private static string? Folder(string path)
    {
        try
        {
            var target = System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            return System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(target));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path));
        }
    }

    private static DebugFile? TryOpen(ElfImage image, string path, uint? checksum, ref string? remark)
    {
        var handle = ElfImage.OpenFile(path);
        if (handle.IsInvalid)
        {
            handle.Dispose();
            return null;
        }

        ElfFile? file = null;
        try
        {
            file = new ElfFile(handle, (ulong)RandomAccess.GetLength(handle));
            if (checksum is null || checksum == Checksum(handle))
            {
                return Checked(image, file, path, ref remark);
            }

            remark = $"{path} belongs to another build (its checksum differs)";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            remark = $"cannot read {path}: {error.Message}";
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Returns the file when its code would lie at the same addresses: only then its symbols fit. Null otherwise.</summary>
    private static DebugFile? Checked(ElfImage image, ElfFile file, string name, ref string? remark)
    {
        if (ElfHeader.Read(file, out var failure) is not { } header)
        {
            remark = $"{name} {failure.Message}";
        }
        else if (image.BuildId is { } id && ElfNotes.Read(file, header).BuildId is { } other && other != id)
        {
            remark = $"{name} belongs to another build (build id {other}, not {id})";
        }
        else if (header.Machine != image.Architecture.ElfMachine
            || !header.Segments.Where(segment => segment.IsCode).Select(segment => (segment.Address, segment.MemorySize))
                .SequenceEqual(image.CodeSegments.Select(segment => (segment.Address, segment.MemorySize))))
        {
            remark = $"{name} belongs to another build (its code has other addresses)";
        }
        else
        {
            return new DebugFile(file, header, name);
        }

        file.Dispose();
        return null;
    }

    private static uint Checksum(SafeFileHandle handle)
    {
        var crc = new Crc32();
        var buffer = new byte[1 << 18];
        long at = 0;
        for (int count; (count = RandomAccess.Read(handle, buffer, at)) > 0; at += count)
        {
            crc.Append(buffer.AsSpan(0, count));
        }

        return crc.GetCurrentHashAsUInt32();
    }
}
