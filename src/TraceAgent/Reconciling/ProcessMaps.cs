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
    public static HashSet<ulong> Inodes()
    {
        var inodes = new HashSet<ulong>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(folder)[0]))
            {
                continue;
            }

            try
            {
                foreach (var line in File.ReadLines(Path.Combine(folder, "maps")))
                {
                    var column = line.Split(' ', InodeColumn + 2, StringSplitOptions.RemoveEmptyEntries);
                    if (column.Length > InodeColumn && ulong.TryParse(column[InodeColumn], NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
                    {
                        inodes.Add(inode);
                    }
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // The process has ended, or is hidden from us: then its file counts as unused.
                continue;
            }
        }

        return inodes;
    }
}
