using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TraceAgent.Engine.RingReading;
using TraceAgent.Logging;

namespace TraceAgent.Hosting;

/// <summary>The end of the run, and its exit code. Any thread may end it.</summary>
/// <param name="limits">The limits of a run that ends by itself; null for the service.</param>
/// <param name="lifetime">The lifetime of the host.</param>
/// <param name="logger">The logger for bugs.</param>
internal sealed class AgentRun(RunLimits? limits, IHostApplicationLifetime lifetime, ILogger logger) : IDisposable
{
    private Timer? _end;

    /// <summary>The <see cref="ExitCode"/> of the whole run.</summary>
    public int Result { get; private set; } = ExitCode.Fine;

    /// <summary>True when the run is over when its rule is refused, its time is over, or its terminal is closed.</summary>
    public bool IsLimited => limits is not null;

    /// <summary>The quota that ends the run after its number of events; null for any number.</summary>
    public EventQuota? Quota { get; } = limits?.Events is { } events ? new EventQuota(events, lifetime.StopApplication) : null;

    public void End() => lifetime.StopApplication();

    /// <summary>Ends the run because of a bug of ours.</summary>
    public void EndByDefect(Exception? failure)
    {
        Log.Defect(logger, failure);
        Result = ExitCode.Failure;
        End();
    }

    /// <summary>Starts the time of a limited run, when the rules are active as far as they can be.</summary>
    /// <param name="anyRejected">True when a rule was rejected, which ends a limited run.</param>
    public void Begin(bool anyRejected)
    {
        if (limits is not null && anyRejected)
        {
            Result = ExitCode.Failure;
            End();
        }
        else if (limits?.Time is { } time)
        {
            _end = new Timer(_ => End(), null, time, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _end?.Dispose();
}
