using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>Files without a name that large sections are decompressed to.</summary>
internal static class SpillFile
{
    /// <summary>
    /// The folders that may hold such a file: first the service's cache, since its sandbox leaves hardly any other
    /// folder that can be written to.
    /// </summary>
    private static IEnumerable<string> Folders =>
    [
        .. Environment.GetEnvironmentVariable("CACHE_DIRECTORY")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [],
        Path.GetTempPath(),
        "/var/tmp",
    ];

    /// <summary>Opens a file in the first folder that can be written to; null when none can.</summary>
    public static SafeFileHandle? TryOpen() => TryOpen(Folders);

    /// <param name="folders">The folders to try.</param>
    public static SafeFileHandle? TryOpen(IEnumerable<string> folders)
    {
        foreach (var folder in folders)
        {
            try
            {
                var path = Path.Combine(folder, $".traceagent-{Guid.NewGuid():N}");
                var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                File.Delete(path);
                return handle;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // The next one may do.
            }
        }

        return null;
    }
}
