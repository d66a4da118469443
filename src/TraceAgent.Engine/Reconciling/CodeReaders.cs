using System.Diagnostics;
using System.Globalization;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Reconciling;

/// <summary>
/// Finds running processes that will take the breakpoints of a probe for their own instructions, as far as that can be known:
/// they copy or translate their text, or a debugger is about to. A breakpoint that is met there belongs to nobody, and SIGTRAP
/// ends the process.
/// </summary>
public sealed class CodeReaders
{
    private const string LargePages = "--use-largepages";
    private static readonly TimeSpan CacheFor = TimeSpan.FromSeconds(2);

    private List<(string What, HashSet<ulong> Inodes)> _found = [];
    private long _readAt;

    /// <summary>Describes each process that has one of the files in memory, in one line.</summary>
    public IReadOnlyList<string> Of(IReadOnlyCollection<PinnedFile> files)
    {
        if (_readAt == 0 || Stopwatch.GetElapsedTime(_readAt) > CacheFor)
        {
            _found = Scan();
            _readAt = Stopwatch.GetTimestamp();
        }

        return [.. _found.Where(one => files.Any(file => one.Inodes.Contains(file.Identity.Inode))).Select(one => one.What)];
    }

    private static List<(string What, HashSet<ulong> Inodes)> Scan()
    {
        var found = new List<(string, HashSet<ulong>)>();
        foreach (var folder in ProcessFolders.All())
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && pid != Environment.ProcessId && Check(folder) is { } reason)
            {
                found.Add(($"process {pid} {reason}", [.. ProcessMaps.InodesOf(folder)]));
            }
        }

        return found;
    }

    private static string? Check(string folder)
    {
        try
        {
            var tracer = File.ReadLines($"{folder}/status")
                .FirstOrDefault(line => line.StartsWith("TracerPid:", StringComparison.Ordinal))?["TracerPid:".Length..].Trim();
            if (tracer is not (null or "0"))
            {
                return $"is traced by process {tracer}: "
                    + "a debugger that ends over a probed place leaves the breakpoint behind, and SIGTRAP ends the process";
            }

            if (File.ReadAllText($"{folder}/cmdline").Split('\0')
                .Any(word => word.StartsWith(LargePages, StringComparison.Ordinal) && !word.EndsWith("=off", StringComparison.Ordinal)))
            {
                return $"runs with {LargePages}: what copies its text to other pages while it is probed ends by SIGTRAP";
            }

            var executable = new FileInfo($"{folder}/exe").LinkTarget ?? "";
            return executable.Contains("/valgrind/", StringComparison.Ordinal)
                || Path.GetFileName(executable).StartsWith("qemu-", StringComparison.Ordinal)
                ? $"runs in {Path.GetFileName(executable)}, which translates its text: it ends by SIGTRAP where it meets a breakpoint"
                : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
