using System.Diagnostics;

namespace TraceAgent.Events.Decoding;

/// <summary>One reading of both clocks, in ns: CLOCK_MONOTONIC just before and after the wall clock was read.</summary>
internal readonly record struct ClockSample(long Before, long Utc, long After);

/// <summary>Converts CLOCK_MONOTONIC ns, which the kernel stamps on events, to UTC ns since 1970.</summary>
public sealed class WallClock
{
    /// <summary>
    /// The time in ns by which the wall clock may fall behind without being followed, when slow: a return must not seem to
    /// precede its entry.
    /// </summary>
    public const long BackwardTolerance = 1_000_000;

    private const int Tries = 5;
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(1);

    private readonly Func<ClockSample> _sample;
    private long _offset;
    private long _refreshed = Stopwatch.GetTimestamp();

    public WallClock()
        : this(ReadClocks)
    {
    }

    internal WallClock(Func<ClockSample> sample)
    {
        _sample = sample;
        _offset = Measure();
    }

    /// <summary>UTC now, in ns since 1970, on the same scale as the events.</summary>
    public long UtcNow
    {
        get
        {
            RefreshIfOld();
            return ToUtc((ulong)Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Converts to UTC in ns since 1970; any input gives some result.</summary>
    public long ToUtc(ulong monotonic) => unchecked((long)monotonic + Volatile.Read(ref _offset));

    /// <summary>
    /// Follows steps of the wall clock, at most once a second; to be called before times are converted. Cheap; any thread may call
    /// it.
    /// </summary>
    public void RefreshIfOld()
    {
        if (Stopwatch.GetElapsedTime(Volatile.Read(ref _refreshed)) >= RefreshInterval)
        {
            Refresh();
        }
    }

    /// <summary>Follows steps of the wall clock.</summary>
    internal void Refresh()
    {
        Volatile.Write(ref _refreshed, Stopwatch.GetTimestamp());
        var measured = Measure();
        var difference = measured - _offset;
        if (difference > 0 || difference < -BackwardTolerance)
        {
            Volatile.Write(ref _offset, measured);
        }
    }

    private long Measure()
    {
        var best = _sample();
        for (var i = 1; i < Tries; i++)
        {
            var next = _sample();
            if (next.After - next.Before < best.After - best.Before)
            {
                best = next;
            }
        }

        return best.Utc - (best.Before + ((best.After - best.Before) / 2));
    }

    // On Linux Stopwatch counts CLOCK_MONOTONIC in ns (dotnet/runtime, pal_time.c).
    private static ClockSample ReadClocks()
    {
        var before = Stopwatch.GetTimestamp();
        var utc = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        return new ClockSample(before, utc, Stopwatch.GetTimestamp());
    }
}
