using System.Globalization;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Linux.Host;

namespace TraceAgent.Events.Processes;

/// <summary>
/// Finds the paths of cgroups by their IDs. An ID is the inode of the cgroup's folder and is not given twice, so a path is found
/// once: at the first hit whose process is still in the cgroup.
/// </summary>
/// <param name="pathOf">The path of this cgroup when this process is in it now; else null.</param>
public sealed class CgroupNames(Func<ulong, int, string?> pathOf)
{
    /// <summary>The maximum number of cgroups that are remembered.</summary>
    public const int Capacity = 4096;

    /// <summary>The maximum length in UTF-16 units (PATH_MAX of linux/limits.h); longer paths show as a number.</summary>
    public const int MaxNameLength = 4096;

    private readonly Generations<ulong, Entry> _entries = new(Capacity);

    public CgroupNames()
        : this(PathIn(CgroupHierarchy.MountPoint()))
    {
    }

    /// <summary>The path of a cgroup, or its ID as text while no path is known.</summary>
    /// <param name="id">The ID as bpf_get_current_cgroup_id gives it.</param>
    /// <param name="pid">The process that hit.</param>
    /// <param name="time">The time of the hit, CLOCK_MONOTONIC ns.</param>
    public string Find(ulong id, int pid, ulong time)
    {
        var entry = _entries.Find(id);
        if (entry is { IsPath: false } && (entry.ReadAt == 0 || (time > entry.ReadAt && time - entry.ReadAt >= ProcessNames.Lifetime)))
        {
            entry.ReadAt = Math.Max(time, 1);
            var path = pathOf(id, pid);
            entry.IsPath = path is { Length: > 0 and <= MaxNameLength };
            entry.Name = entry.IsPath ? path! : id.ToString(CultureInfo.InvariantCulture);
        }

        return entry.Name;
    }

    // The process may have moved since the hit, or its number may be another's by now: the inode tells.
    private static Func<ulong, int, string?> PathIn(string? hierarchy) => (id, pid) =>
        hierarchy is not null && ProcessFolder.Cgroup(pid) is { } path && FileStatus.Of(hierarchy + path)?.Inode == id ? path : null;

    private sealed class Entry
    {
        public string Name { get; set; } = "";

        public bool IsPath { get; set; }

        public ulong ReadAt { get; set; }
    }
}
