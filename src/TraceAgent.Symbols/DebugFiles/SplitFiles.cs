using Microsoft.Win32.SafeHandles;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Dwarf.Service;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.DebugFiles;

/// <summary>
/// The open files with debug information that the linker did not take (<c>-gsplit-dwarf</c>): <c>.dwo</c> files, and a package of
/// them (<c>.dwp</c>). Which of their units are of the same build, their numbers tell whoever reads them.
/// </summary>
/// <param name="folders">The folders below which they are looked for.</param>
/// <param name="path">The path of the binary.</param>
internal sealed class SplitFiles(DebugFolders folders, string path) : IDisposable
{
    private const ulong Compressed = 0x800;

    private readonly List<SafeFileHandle> _handles = [];
    private readonly HashSet<SplitFile> _opened = [];
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    public IReadOnlyList<SafeFileHandle> Handles => _handles;

    public bool IsCompressed { get; private set; }

    public bool Has(SplitFile file) => _opened.Contains(file);

    /// <summary>Opens the package of the binary, if there is one.</summary>
    /// <param name="id">The build id of the binary.</param>
    /// <param name="separate">The path of its separate debug information.</param>
    public void OpenPackage(string? id, string? separate)
    {
        const string extension = ".dwp";
        var full = Path.GetFullPath(path);
        string[] candidates =
        [
            full + extension,
            .. separate is null ? [] : new[] { separate + extension },
            .. id is { Length: > 2 } ? folders.OfBuild(id).Select(file => Path.ChangeExtension(file, extension)) : [],
            .. folders.Paths.SelectMany(
                folder => new[] { folder + full + extension, Path.Combine(folder, Path.GetFileName(full) + extension) }),
        ];
        _ = Array.Exists(candidates, TryOpen);
    }

    /// <summary>Opens a file where the compiler put it, beside the binary, or in one of the folders.</summary>
    /// <returns>False when it is nowhere.</returns>
    public bool TryOpen(SplitFile file)
    {
        if (file.Name.Length == 0 || file.Name.Contains('\0') || file.Folder.Contains('\0'))
        {
            return false;
        }

        var name = Path.GetFileName(file.Name);
        string[] candidates =
        [
            Path.GetFullPath(file.Name, Path.IsPathFullyQualified(file.Folder) ? file.Folder : _folder),
            Path.Combine(_folder, name),
            .. folders.Paths.Select(folder => Path.Combine(folder, name)),
        ];
        return !Has(file) && Array.Exists(candidates, TryOpen) && _opened.Add(file);
    }

    public void Dispose() => _handles.ForEach(handle => handle.Dispose());

    /// <summary>
    /// Opens a file if it is of this kind, and of no other: its name comes from a file that anyone may have written, and whoever reads
    /// it shows what is in it.
    /// </summary>
    private bool TryOpen(string candidate)
    {
        var handle = ElfImage.OpenFile(candidate);
        try
        {
            if (!handle.IsInvalid)
            {
                var file = new ElfFile(handle, (ulong)RandomAccess.GetLength(handle));
                if (ElfHeader.ReadAny(file, out _) is { } header
                    && Array.Exists(header.Sections, section => section.Name is ".debug_info.dwo" or ".zdebug_info.dwo"))
                {
                    IsCompressed |= Array.Exists(
                        header.Sections,
                        section => (section.Flags & Compressed) != 0 || section.Name.StartsWith(".z", StringComparison.Ordinal));
                    _handles.Add(handle);
                    return true;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // Like one that is not there.
        }

        handle.Dispose();
        return false;
    }
}
