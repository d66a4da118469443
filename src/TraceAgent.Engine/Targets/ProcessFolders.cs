namespace TraceAgent.Engine.Targets;

/// <summary>The folders of /proc.</summary>
internal static class ProcessFolders
{
    /// <summary>
    /// Lists the folders; empty when they cannot be listed, as with too many open files: the next evaluation tries again.
    /// </summary>
    public static IReadOnlyList<string> All()
    {
        try
        {
            return Directory.GetDirectories("/proc");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
