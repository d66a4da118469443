using System.Diagnostics;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.DebugFiles;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// Fetches debug information that rules need. The agent does not wait, and asks again with each evaluation; a command waits for a
/// while. Used by one thread.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="wait">The time that may be waited in all; by default none.</param>
public sealed class DebugFetches(DebugServer server, TimeSpan wait = default) : IDisposable
{
    /// <summary>The time after which a server that had nothing is asked again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, (Task<string?> Task, long Begun)> _fetches = [];
    private readonly CancellationTokenSource _end = new();
    private TimeSpan _waitLeft = wait;

    /// <summary>Raised with the path of a binary before its debug information is waited for.</summary>
    public event Action<string>? Waiting;

    /// <summary>
    /// The thing that a rule waits for, as words before "yet"; null when all is there, or cannot be had: then the reason is in
    /// <paramref name="problem"/>.
    /// </summary>
    /// <param name="image">The open binary.</param>
    /// <param name="path">The path of the binary.</param>
    /// <param name="problem">The reason; null when all is there.</param>
    /// <param name="hasCome">True when something has come since the binary was opened, whose symbols may be among it.</param>
    public string? Awaited(ElfImage image, string path, out SiteProblem? problem, out bool hasCome)
    {
        (problem, hasCome) = (null, false);
        var former = "";
        while (MissingOf(image, path) is { } id && id != former)
        {
            var fetch = Begin(id);
            if (!fetch.IsCompleted && !Wait(fetch, path))
            {
                return $"the debug information of {path} is being fetched and is not there";
            }

            if (fetch.GetAwaiter().GetResult() is { } reason)
            {
                problem = new SiteProblem(
                    SiteCodes.NotFetched, Refused: false, $"the debug information of {path} was not fetched: {reason}");
                return null;
            }

            // It is there now; what dwz moved out of it may be missing still.
            (former, hasCome) = (id, true);
        }

        return null;
    }

    /// <summary>Gives up what is being fetched, and leaves nothing half of it after.</summary>
    public void Dispose()
    {
        const int most = 1000;
        _end.Cancel();
        _ = Task.WaitAll([.. _fetches.Values.Select(fetch => fetch.Task)], most);
        _end.Dispose();
    }

    /// <summary>The build id of what is missing; null when nothing is, or nobody can be asked for it.</summary>
    private static string? MissingOf(ElfImage image, string path)
    {
        using var files = DebugInformation.Find(image, path, out _);
        return files is null ? image.BuildId : files.MissingSupplement;
    }

    private Task<string?> Begin(string id)
    {
        if (!_fetches.TryGetValue(id, out var fetch)
            || (fetch.Task.IsCompleted && Stopwatch.GetElapsedTime(fetch.Begun) > RetryAfter))
        {
            _fetches[id] = fetch = (Task.Run(() => server.FetchAsync(id, _end.Token)), Stopwatch.GetTimestamp());
        }

        return fetch.Task;
    }

    private bool Wait(Task fetch, string path)
    {
        if (_waitLeft <= TimeSpan.Zero)
        {
            return false;
        }

        Waiting?.Invoke(path);
        var begun = Stopwatch.GetTimestamp();
        var isDone = fetch.Wait(_waitLeft);
        _waitLeft = isDone ? _waitLeft - Stopwatch.GetElapsedTime(begun) : TimeSpan.Zero;
        return isDone;
    }
}
