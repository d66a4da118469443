using System.Globalization;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>Reads which files of a library a process has mapped.</summary>
internal static class MappedLibraries
{
    private const string Deleted = " (deleted)";

    /// <summary>The maximum number of mappings that are read: the kernel's own limit is 65,530.</summary>
    private const int MaxLines = 1 << 17;

    /// <summary>The files; none when the process has ended, or is hidden from us.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="library">The name with its version, or without (<c>libssl</c>).</param>
    public static List<(TargetFile File, FileIdentity Identity)> Of(int pid, string library)
    {
        var found = new List<(TargetFile File, FileIdentity Identity)>();
        try
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps")).Take(MaxLines))
            {
                // proc_pid_maps(5): address perms offset dev inode path.
                var slash = line.IndexOf('/', StringComparison.Ordinal);
                var path = slash < 0 ? "" : line[slash..];
                path = path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path;
                if (!IsCalled(Path.GetFileName(path), library) || !seen.Add(path))
                {
                    continue;
                }

                // /proc/PID/map_files leads to the file whatever its name is, also when it has none any more. It needs CAP_SYS_ADMIN or
                // CAP_CHECKPOINT_RESTORE (proc_pid_map_files(5)); else the name is used.
                var range = line[..line.IndexOf(' ', StringComparison.Ordinal)];
                string[] sources =
                [
                    string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{range}"),
                    string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root{path}"),
                ];
                if (Array.Find(sources, source => FileStatus.Of(source) is not null) is { } readable
                    && FileStatus.Of(readable) is { } identity)
                {
                    found.Add((new TargetFile(path, readable), identity));
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // The process has ended: what was read of it does not count.
            return [];
        }

        return found;
    }

    private static bool IsCalled(string file, string library) =>
        file == library
        || (!library.Contains(".so", StringComparison.Ordinal) && file.StartsWith($"{library}.so", StringComparison.Ordinal));
}
