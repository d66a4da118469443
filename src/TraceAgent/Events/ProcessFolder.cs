namespace TraceAgent.Events;

/// <summary>What /proc/PID tells of a process (proc(5)). Everything is null of a process that is gone, or that may not be looked at.</summary>
internal static class ProcessFolder
{
    /// <summary>The path of its cgroup (version 2) from the root of the hierarchy, such as <c>/system.slice/nginx.service</c>.</summary>
    public static string? Cgroup(int pid) => Line(pid, "cgroup", "0::");

    /// <summary>The rest of the first line that begins like this.</summary>
    private static string? Line(int pid, string file, string start)
    {
        var path = $"/proc/{pid}/{file}";

        // Most of those that cannot be read do not exist, and an exception would cost more than the question.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return File.ReadLines(path).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..].Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
