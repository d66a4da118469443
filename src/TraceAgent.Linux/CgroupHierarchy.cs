namespace TraceAgent.Linux;

/// <summary>The cgroups of this host (cgroups(7)).</summary>
public static class CgroupHierarchy
{
    /// <summary>Where the hierarchy of version 2 is mounted; null when it is not.</summary>
    public static string? MountPoint() =>
        File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).FirstOrDefault(parts => parts is [_, _, "cgroup2", ..])?[1];
}
