using System.Text;
using Microsoft.Win32.SafeHandles;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Dwarf.Service;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.DebugFiles;

/// <summary>
/// The open files with the debug information of a binary: itself or a separate one of the same build, and what dwz moved to a
/// file for several.
/// </summary>
public sealed class DebugInformation : IDisposable
{
    private const int MaxLinkBytes = 4096;
    private const ulong Compressed = 0x800;

    private readonly DebugFile? _separate;
    private readonly SplitFiles _split;
    private bool _isCompressed;

    private DebugInformation(ElfImage image, DebugFile? separate, string path)
    {
        _separate = separate;
        _split = new SplitFiles(image.DebugFolders, path);
        _split.OpenPackage(image.BuildId, separate?.Path);
        Program = image.File.Handle!;
        Separate = separate?.Handle;
    }

    /// <summary>The binary, which stays the image's.</summary>
    public SafeFileHandle Program { get; }

    /// <summary>The separate file; null when the binary has its debug information itself.</summary>
    public SafeFileHandle? Separate { get; }

    /// <summary>The file for several; null when there is none, or it is missing.</summary>
    public SafeFileHandle? Supplement { get; private set; }

    /// <summary>The build id of the file for several, when it is missing; else null.</summary>
    public string? MissingSupplement { get; private set; }

    /// <summary>The parts that the linker did not take: a package of them, and those that were asked for.</summary>
    public IReadOnlyList<SafeFileHandle> Split => _split.Handles;

    /// <summary>True when sections are compressed, so that reading them may need room on a disk.</summary>
    public bool IsCompressed => _isCompressed || _split.IsCompressed;

    /// <summary>A remark about a file that was found and could not be used, or that is missing; or null.</summary>
    public string? Remark { get; private set; }

    /// <summary>Finds the debug information; null, with the reason in <paramref name="problem"/>, when there is none.</summary>
    /// <param name="image">The open image, which outlives the result.</param>
    /// <param name="path">The path of the binary.</param>
    /// <param name="problem">The reason.</param>
    public static DebugInformation? Find(ElfImage image, string path, out SiteProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(image);
        string? remark = null;
        try
        {
            var isOwn = HasEntries(image.Sections);
            var separate = isOwn ? null : DebugFile.FindSeparate(image, path, ref remark);
            if (isOwn || separate is { Handle: not null } && HasEntries(separate.Sections))
            {
                var sections = separate?.Sections ?? image.Sections;
                var found = new DebugInformation(image, separate, path)
                {
                    _isCompressed = Array.Exists(sections, section => IsDebug(section) && (section.Flags & Compressed) != 0
                        || section.Name.StartsWith(".zdebug_", StringComparison.Ordinal)),
                    Remark = remark,
                };
                found.FindSupplement(separate?.File ?? image.File, (sections, separate?.Path ?? path), image.DebugFolders);
                problem = null;
                return found;
            }

            separate?.Dispose();
            problem = new SiteProblem(
                SiteCodes.NoDebugInformation, Refused: true, $"{path} has no debug information{(remark is null ? "" : $"; {remark}")}",
                "compile with -g, or install its debug package (-dbg, -dbgsym, -debuginfo)");
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = ElfImage.CannotRead(path, error.Message, null);
            return null;
        }
    }

    /// <summary>Opens parts that the linker did not take.</summary>
    /// <returns>The number of those that are there.</returns>
    public int Open(IEnumerable<SplitFile> files) => files.Count(_split.TryOpen);

    /// <summary>True when the part was opened.</summary>
    public bool Has(SplitFile file) => _split.Has(file);

    public void Dispose()
    {
        _split.Dispose();
        _separate?.Dispose();
        Supplement?.Dispose();
    }

    private static bool IsDebug(ElfSection section) => section.Name.StartsWith(".debug_", StringComparison.Ordinal);

    private static bool HasEntries(ElfSection[] sections) => Array.Exists(
        sections, section => section is { Name: ".debug_info" or ".zdebug_info", Size: > 0, Type: not ElfSection.NoBits });

    /// <summary>Opens what <c>.gnu_debugaltlink</c> names: a path and a build id. dwz(1), "--multifile".</summary>
    private void FindSupplement(ElfFile file, (ElfSection[] Sections, string Path) debug, DebugFolders folders)
    {
        var (sections, path) = debug;
        var section = Array.Find(sections, section => section.Name == ".gnu_debugaltlink");
        if (section.Size == 0 || file.ReadOrNull(section.Offset, section.Size, MaxLinkBytes) is not { } link)
        {
            return;
        }

        var length = link.AsSpan().IndexOf((byte)0);
        if (length <= 0 || length + 4 > link.Length)
        {
            return;
        }

        var name = Encoding.UTF8.GetString(link.AsSpan(0, length));
        var id = Convert.ToHexStringLower(link.AsSpan(length + 1));
        string[] candidates =
        [
            .. folders.OfBuild(id),
            Path.Combine(Path.GetDirectoryName(path) ?? "", name),
            .. folders.Paths.Select(folder => $"{folder}/.dwz/{Path.GetFileName(name)}"),
        ];
        string? other = null;
        foreach (var candidate in candidates)
        {
            if (TryOpen(candidate, id, ref other) is { } supplement)
            {
                Supplement = supplement;
                return;
            }
        }

        MissingSupplement = id;
        Remark ??= $"what dwz moved to {name} is missing{(other is null ? "" : $"; {other} belongs to another build")}";
    }

    private static SafeFileHandle? TryOpen(string path, string id, ref string? other)
    {
        var handle = ElfImage.OpenFile(path);
        try
        {
            if (!handle.IsInvalid)
            {
                var file = new ElfFile(handle, (ulong)RandomAccess.GetLength(handle));
                if (ElfHeader.ReadAny(file, out _) is { } header && ElfNotes.Read(file, header).BuildId == id)
                {
                    return handle;
                }

                other = path;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // A file that cannot be read is treated as missing.
        }

        handle.Dispose();
        return null;
    }
}
