using System.Globalization;
using TraceAgent.Engine.Targets;

namespace TraceAgent.Engine.Reconciling;

/// <summary>Finds the files that the running processes have in memory.</summary>
internal static class ProcessMaps
{
    private const int InodeColumn = 4;

    /// <summary>
    /// The inode numbers of all mapped files. Without their device: overlay file systems show another one here than stat(2) does,
    /// and taking a file for used that is not does no harm. Empty when that is not known.
    /// </summary>
    public static HashSet<ulong> Inodes() => [.. Processes().SelectMany(InodesOf)];

    private static IEnumerable<string> Processes() =>
        ProcessFolders.All().Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]));

    /// <param name="process">The process' folder in /proc.</param>
    public static IEnumerable<ulong> InodesOf(string process)
    {
        foreach (var line in Lines(process, "maps"))
        {
            var column = line.Split(' ', InodeColumn + 2, StringSplitOptions.RemoveEmptyEntries);
            if (column.Length > InodeColumn
                && ulong.TryParse(column[InodeColumn], NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
            {
                yield return inode;
            }
        }
    }

    private static string[] Lines(string process, string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(process, file));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or is hidden from us: then its file counts as unused.
            return [];
        }
    }
}
