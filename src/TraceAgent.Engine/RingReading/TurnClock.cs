using System.Diagnostics;

namespace TraceAgent.Engine.RingReading;

/// <summary>The times of the reader's turns. Written by its thread, read by any.</summary>
internal sealed class TurnClock
{
    private const long NsPerMs = 1_000_000;

    private long _began;
    private long _latest = Stopwatch.GetTimestamp();
    private long _sleepsUntil;
    private volatile bool _inOutput;

    /// <summary>The time when the last turn began, or came back from the outputs: in ns, CLOCK_MONOTONIC.</summary>
    public long Latest => Volatile.Read(ref _latest);

    /// <summary>
    /// The time since the thread should have begun a turn; an output that blocks does not count. Negative while it waits for events.
    /// </summary>
    public TimeSpan Overdue =>
        _inOutput ? TimeSpan.Zero : Stopwatch.GetElapsedTime(Math.Max(Latest, Volatile.Read(ref _sleepsUntil)));

    /// <summary>The ms since the last turn began, rounded up.</summary>
    public int ElapsedMs => (int)Math.Ceiling(Stopwatch.GetElapsedTime(_began).TotalMilliseconds);

    public void Begin()
    {
        _began = Stopwatch.GetTimestamp();
        Volatile.Write(ref _latest, _began);
    }

    /// <summary>Notes that the thread sleeps for this many ms at most.</summary>
    public void SleepUpTo(int ms) => Volatile.Write(ref _sleepsUntil, Stopwatch.GetTimestamp() + (ms * NsPerMs));

    public void EnterOutput() => _inOutput = true;

    public void LeaveOutput()
    {
        Volatile.Write(ref _latest, Stopwatch.GetTimestamp());
        _inOutput = false;
    }
}
