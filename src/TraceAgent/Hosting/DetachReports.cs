using System.Globalization;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Linux.Host;
using TraceAgent.Logging;

namespace TraceAgent.Hosting;

/// <summary>
/// Reports which thread a detach waits for when it takes more than a second, so that a stop that does nothing for minutes
/// explains itself.
/// </summary>
internal sealed class DetachReports : IDisposable
{
    private readonly ILogger _logger;

    public DetachReports(ILogger logger)
    {
        _logger = logger;
        SlowCloseReporter.Exceeded += Report;
    }

    public void Dispose() => SlowCloseReporter.Exceeded -= Report;

    private void Report(TimeSpan time)
    {
        var seconds = time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var held = BlockedThreads.Find();
        foreach (var thread in held)
        {
            Log.DetachHeld(_logger, seconds, thread.Thread, thread.Name, thread.Process, thread.WaitsIn);
        }

        if (held.Count == 0)
        {
            Log.DetachSlow(_logger, seconds);
        }
    }
}
