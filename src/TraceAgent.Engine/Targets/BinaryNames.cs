using TraceAgent.Capture.Plans;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>Names by which programs and libraries of this machine are found, for those who complete what is typed.</summary>
public static class BinaryNames
{
    private const int MaxNames = 500;

    /// <summary>Programs in <c>$PATH</c> and libraries whose names begin so, in order.</summary>
    /// <param name="prefix">The beginning of the name; not empty.</param>
    public static IReadOnlyList<string> Beginning(string prefix) =>
    [
        .. ProgramSearch.Folders(Environment.GetEnvironmentVariable("PATH")).SelectMany(folder => NamesIn(folder, prefix))
            .Concat(new LibrarySearch(Architecture.OfThisMachine).NamesOf(prefix))
            .Distinct().Order(StringComparer.Ordinal).Take(MaxNames),
    ];

    /// <summary>The programs that run now, by their paths, as far as this user may see them.</summary>
    public static IReadOnlyList<string> Running() =>
    [
        .. ProcessFolders.All().Select(folder => new FileInfo(Path.Combine(folder, "exe")).LinkTarget)
            .OfType<string>().Where(path => FileStatus.Of(path) is not null)
            .Distinct().Order(StringComparer.Ordinal).Take(MaxNames),
    ];

    private static IEnumerable<string> NamesIn(string folder, string prefix)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, prefix + "*").Select(Path.GetFileName).OfType<string>()];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
