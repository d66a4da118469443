using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>Finds programs by name as a shell does.</summary>
internal static class ProgramSearch
{
    private const int MaxFolders = 64;

    // A service, and a user who is not root, may have no folders of system programs in $PATH: /usr/sbin/nginx is found all the same.
    private static readonly string[] Always = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The folders to search, each once; relative ones mean another place for everybody, and are left out.</summary>
    /// <param name="path">The value of <c>PATH</c>; null when it is not set.</param>
    public static IReadOnlyList<string> Folders(string? path) =>
        [.. (path ?? "").Split(':').Where(folder => folder.StartsWith('/')).Concat(Always).Distinct().Take(MaxFolders)];

    /// <summary>The path of the first program of that name; null when there is none.</summary>
    /// <remarks>Scripts before it, such as those that choose a version, end up in it.</remarks>
    public static string? Find(string name, IReadOnlyList<string> folders)
    {
        var found = folders.Select(folder => Path.Combine(folder, name)).Where(IsProgram).ToList();
        return found.Find(IsElf) ?? found.FirstOrDefault();
    }

    /// <summary>Says what was tried for a name.</summary>
    public static string Tried(string name, IReadOnlyList<string> folders, bool isLibrary) =>
        $"no program {name} in {string.Join(':', folders)}"
        + (isLibrary ? $", and the dynamic linker knows no {name}.so" : "")
        + $"; a relative path is written ./{name}";

    private static bool IsElf(string path)
    {
        try
        {
            Span<byte> magic = stackalloc byte[4];
            using var file = File.OpenHandle(path);
            return RandomAccess.Read(file, magic, 0) == magic.Length && magic.SequenceEqual("\u007fELF"u8);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsProgram(string path) =>
        FileStatus.Of(path) is { Kind: FileKind.Regular }
        && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
