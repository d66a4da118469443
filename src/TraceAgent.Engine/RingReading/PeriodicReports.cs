using System.Diagnostics;
using TraceAgent.Events;

namespace TraceAgent.Engine.RingReading;

/// <summary>Statements that are due every <see cref="Interval"/>, such as what was not logged. Used by the reader's thread.</summary>
/// <param name="make">Makes those that are due now.</param>
public sealed class PeriodicReports(Func<IEnumerable<StreamEvent>> make)
{
    /// <summary>The time between two reports; no wait for events is longer.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long _last = Stopwatch.GetTimestamp();

    /// <summary>The time until the next ones are due; negative when they are.</summary>
    public TimeSpan NextIn => Interval - Stopwatch.GetElapsedTime(_last);

    /// <summary>The statements that are due; none before the next time.</summary>
    public IEnumerable<StreamEvent> TakeDue()
    {
        if (NextIn > TimeSpan.Zero)
        {
            return [];
        }

        _last = Stopwatch.GetTimestamp();
        return make();
    }
}
