namespace TraceAgent.Events.Processes;

/// <summary>Reads facts in /proc/PID besides <see cref="ProcessFacts"/>.</summary>
internal static class ProcessFolder
{
    private const string Version2 = "0::";

    /// <summary>
    /// The path of its cgroup (version 2) from the root of the hierarchy, such as <c>/system.slice/nginx.service</c>
    /// (cgroups(7)); null when the process is gone or is hidden from us.
    /// </summary>
    public static string? Cgroup(int pid)
    {
        var path = $"/proc/{pid}/cgroup";

        // Most of those that cannot be read do not exist, and an exception would cost more than the question.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return File.ReadLines(path).FirstOrDefault(line => line.StartsWith(Version2, StringComparison.Ordinal))?[Version2.Length..];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
