using System.Globalization;

namespace TraceAgent.Reconciling;

/// <summary>Which files the running processes have in memory.</summary>
internal static class ProcessMaps
{
    private const int InodeColumn = 4;

    /// <summary>
    /// Inode numbers of all mapped files. Without their device: overlay file systems show another one here than stat(2)
    /// does, and taking a file for used that is not does no harm.
    /// </summary>
    public static HashSet<ulong> Inodes() => [.. Processes().SelectMany(InodesOf)];

    /// <summary>A process with a seccomp filter that has the file in memory; null when there is none that we can see.</summary>
    public static int? FilteredProcess(ulong inode) =>
        Processes().Where(folder => HasFilter(folder) && InodesOf(folder).Contains(inode))
            .Select(folder => (int?)int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)).FirstOrDefault();

    private static IEnumerable<string> Processes() =>
        Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]));

    private static IEnumerable<ulong> InodesOf(string process)
    {
        foreach (var line in Lines(process, "maps"))
        {
            var column = line.Split(' ', InodeColumn + 2, StringSplitOptions.RemoveEmptyEntries);
            if (column.Length > InodeColumn && ulong.TryParse(column[InodeColumn], NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
            {
                yield return inode;
            }
        }
    }

    /// <summary>Mode 1 allows four system calls and no other; mode 2 is a filter. proc_pid_status(5).</summary>
    private static bool HasFilter(string process) => Lines(process, "status").Any(line => line is "Seccomp:\t1" or "Seccomp:\t2");

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
