namespace TraceAgent.Linux.Host;

/// <summary>The cgroups of this host (cgroups(7)).</summary>
public static class CgroupHierarchy
{
    /// <summary>The mount point of the hierarchy of version 2; null when it is not mounted.</summary>
    public static string? MountPoint() =>
        File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).FirstOrDefault(parts => parts is [_, _, "cgroup2", ..])?[1];
}
