using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TraceAgent.Engine.Reading;
using TraceAgent.Logging;

namespace TraceAgent.Hosting;

/// <summary>How the run ends, and with which exit code. Any thread may end it.</summary>
/// <param name="limits">Of a run that ends by itself; null for the service.</param>
/// <param name="lifetime">Of the host.</param>
/// <param name="logger">Is told of defects.</param>
internal sealed class AgentRun(RunLimits? limits, IHostApplicationLifetime lifetime, ILogger logger) : IDisposable
{
    private Timer? _end;

    /// <summary>An <see cref="ExitCode"/>, of the whole run.</summary>
    public int Result { get; private set; } = ExitCode.Fine;

    /// <summary>Whether it is over when its rule is refused, its time is over, or its terminal is closed.</summary>
    public bool IsLimited => limits is not null;

    /// <summary>Ends the run after so many events; null when there may be any number.</summary>
    public EventQuota? Quota { get; } = limits?.Events is { } events ? new EventQuota(events, lifetime.StopApplication) : null;

    public void End() => lifetime.StopApplication();

    /// <summary>Something of ours is wrong.</summary>
    public void EndByDefect(Exception? failure)
    {
        Log.Defect(logger, failure);
        Result = ExitCode.Failure;
        End();
    }

    /// <summary>The rules are in force, as far as they can be: from now on the time of a limited run passes.</summary>
    /// <param name="anyRejected">Then a limited run is over.</param>
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
