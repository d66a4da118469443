using System.Diagnostics;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.DebugFiles;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// Fetches debug information that rules need beside the thread of the rules, which asks again with each evaluation. Used by one
/// thread.
/// </summary>
/// <param name="server">The server.</param>
public sealed class DebugFetches(DebugServer server)
{
    /// <summary>The time after which a server that had nothing is asked again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, (Task<string?> Task, long Begun)> _fetches = [];

    /// <summary>
    /// What a rule waits for, as words before "yet"; null when all is there, or cannot be had: then the reason is in
    /// <paramref name="problem"/>.
    /// </summary>
    /// <param name="image">The open binary.</param>
    /// <param name="path">The path of the binary.</param>
    /// <param name="problem">The reason; null when all is there.</param>
    public string? Awaited(ElfImage image, string path, out SiteProblem? problem)
    {
        problem = null;
        string? id;
        using (var files = DebugInformation.Find(image, path, out _))
        {
            id = files is null ? image?.BuildId : files.MissingSupplement;
        }

        if (id is null)
        {
            return null;
        }

        if (!_fetches.TryGetValue(id, out var fetch)
            || (fetch.Task.IsCompleted && Stopwatch.GetElapsedTime(fetch.Begun) > RetryAfter))
        {
            _fetches[id] = fetch = (Task.Run(() => server.FetchAsync(id)), Stopwatch.GetTimestamp());
        }

        if (!fetch.Task.IsCompleted)
        {
            return $"the debug information of {path} is being fetched and is not there";
        }

        // What it sent since the folders were looked at is found the next time.
        problem = fetch.Task.GetAwaiter().GetResult() is { } reason
            ? new SiteProblem(SiteCodes.NotFetched, Refused: false, $"the debug information of {path} was not fetched: {reason}")
            : null;
        return null;
    }
}
