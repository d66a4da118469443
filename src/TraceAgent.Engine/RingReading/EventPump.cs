using System.Collections.Concurrent;
using System.Diagnostics;
using TraceAgent.Bpf.Ring;
using TraceAgent.Engine.Counters;
using TraceAgent.Events;
using TraceAgent.Events.Decoding;

namespace TraceAgent.Engine.RingReading;

/// <summary>
/// The one thread that reads, decodes and writes. A slow output makes the ring fill, and the kernel counts what it could not
/// hold: memory stays bounded, and nothing is lost without being counted.
/// </summary>
public sealed class EventPump : IDisposable
{
    private const int SlowStopFactor = 4;

    private readonly RingReader _ring;
    private readonly LineWriter _records;
    private readonly LineBatch _batch;
    private readonly WallClock _clock;
    private readonly PeriodicReports _reports;
    private readonly TurnClock _turns = new();
    private readonly ConcurrentQueue<QueuedLine> _lines = new();
    private readonly ConcurrentQueue<Action> _barriers = new();
    private readonly ConcurrentQueue<Action> _betweenBatches = new();
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile bool _abandoned;

    /// <param name="ring">The ring of the records.</param>
    /// <param name="records">Writes the lines of records.</param>
    /// <param name="clock">The clock of the events.</param>
    /// <param name="reports">The reports that are written now and then.</param>
    public EventPump(RingReader ring, LineWriter records, WallClock clock, PeriodicReports reports)
    {
        (_ring, _records, _batch, _clock, _reports) = (ring, records, records.Batch, clock, reports);
        _thread = new Thread(Work) { Name = "events", IsBackground = true };
    }

    /// <summary>The error by which the thread has ended; null while it runs.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Called on the thread when it ends by an error.</summary>
    public event Action? Failed;

    /// <summary>
    /// The time between two writes in a stream of events: longer is cheaper, since the thread is woken less often. 0 for at once.
    /// The first event after a pause is written at once in any case.
    /// </summary>
    public required TimeSpan Flush { get; init; }

    /// <inheritdoc cref="TurnClock.Overdue"/>
    public TimeSpan Overdue => _turns.Overdue;

    public void Start() => _thread.Start();

    /// <summary>Writes one of the agent's own statements among the events.</summary>
    public void Enqueue(StreamEvent statement) => Enqueue(new QueuedLine(statement, null, null));

    /// <summary>Writes a line of a rule that does not come from the ring.</summary>
    /// <param name="line">The line to write.</param>
    /// <param name="counters">The rule's counters.</param>
    /// <param name="output">The name of the one output that takes it; null for all.</param>
    public void Enqueue(StreamEvent line, LineCounters counters, string? output) => Enqueue(new QueuedLine(line, counters, output));

    /// <summary>
    /// Runs an action, on the reader's thread, when all records that are in the ring now have been taken: soon, or when it stops.
    /// </summary>
    public void WhenDrained(Action action)
    {
        _barriers.Enqueue(action);
        _ring.Wake();
    }

    /// <summary>Runs an action, on the reader's thread, when the outputs are committed and nothing is written yet; ends with it.</summary>
    public Task BetweenBatches(Action action)
    {
        var task = new Task(action);
        _betweenBatches.Enqueue(task.RunSynchronously);
        _ring.Wake();
        return task;
    }

    /// <summary>
    /// Takes what is in the ring, commits and ends. False when an output blocked for this long, or was so slow that it took
    /// <see cref="SlowStopFactor"/> times as long.
    /// </summary>
    public bool Stop(TimeSpan timeout)
    {
        _stopping = true;
        _ring.Wake();
        if (!_thread.IsAlive)
        {
            return true;
        }

        var turn = _turns.Latest;
        for (var time = 0; time < SlowStopFactor; time++)
        {
            if (_thread.Join(timeout))
            {
                return true;
            }

            var latest = _turns.Latest;
            if (latest == turn)
            {
                return false;
            }

            turn = latest;
        }

        return false;
    }

    public void Dispose()
    {
        if (Stop(TimeSpan.FromSeconds(1)))
        {
            _batch.Close();
        }
        else
        {
            _abandoned = true;
            _batch.Abandon();
        }
    }

    private void Work()
    {
        try
        {
            // What a full batch left in the ring is read without a wait.
            for (var drained = true; !_stopping; drained = Turn())
            {
                if (drained)
                {
                    Wait();
                }
            }

            while (!Turn())
            {
            }

            // What was enqueued when the ring was empty.
            Turn();
        }
#pragma warning disable CA1031 // Whatever it is: the agent must say so and end, not stand still.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failure = failure;
            Failed?.Invoke();
        }
    }

    /// <summary>
    /// Sleeps. While events come, for most of <see cref="Flush"/>: to be woken for each of them costs both the traced thread and
    /// this one more than to write it. After a turn without any, until the next event.
    /// </summary>
    private void Wait()
    {
        var flush = (int)Flush.TotalMilliseconds;
        if (_ring.LastRead == 0)
        {
            var longest = (int)Math.Max(1, _reports.NextIn.TotalMilliseconds + 1);
            _turns.SleepUpTo(longest);
            _ring.AwaitRecord(longest);
        }
        else if (flush > 0)
        {
            // What comes now is on its way for this rest, for the turn after it, which takes as long as the last one, and for the time
            // that the scheduler takes in between: 1 ms.
            _ring.Rest(Math.Max(1, flush - 1 - _turns.ElapsedMs));
        }
        else
        {
            _ring.AwaitRecord(1);
        }
    }

    /// <returns>True when the ring was empty at the end.</returns>
    private bool Turn()
    {
        if (_abandoned)
        {
            // An output let go of the thread after everybody else had left, and the ring is gone with them.
            return true;
        }

        _turns.Begin();
        var barriers = _barriers.Count;
        _clock.RefreshIfOld();
        var drained = _ring.Read(_records);
        foreach (var report in _reports.TakeDue())
        {
            Enqueue(report);
        }

        while (_lines.TryDequeue(out var line))
        {
            _batch.Write(line.Event, line.Counters, line.Output);
        }

        if (!_batch.IsEmpty)
        {
            Commit();
        }

        while (_betweenBatches.TryDequeue(out var exchange))
        {
            exchange();
        }

        for (; drained && barriers > 0 && _barriers.TryDequeue(out var action); barriers--)
        {
            action();
        }

        return drained;
    }

    private void Enqueue(QueuedLine line)
    {
        _lines.Enqueue(line);
        _ring.Wake();
    }

    private void Commit()
    {
        _turns.EnterOutput();
        var result = _batch.Commit();
        _turns.LeaveOutput();
        _batch.Account(result);
    }

    /// <summary>A line that does not come from the ring.</summary>
    /// <param name="Event">The line to write.</param>
    /// <param name="Counters">The counters of its rule; null for a statement of the agent.</param>
    /// <param name="Output">The name of the one output that takes it; null for all.</param>
    private readonly record struct QueuedLine(StreamEvent Event, LineCounters? Counters, string? Output);
}
