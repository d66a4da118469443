using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine.Counters;
using TraceAgent.Events;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Outputs;

namespace TraceAgent.Engine.RingReading;

/// <summary>
/// The one thread that reads, decodes and writes. A slow output makes the ring fill, and the kernel counts what it could not
/// hold: memory stays bounded, and nothing is lost without being counted.
/// </summary>
public sealed class EventPump : IRecordConsumer, IDisposable
{
    /// <summary>
    /// The number of bytes that the thread may allocate before it has the short-lived ones collected. By itself the collector
    /// waits for as many as the processor's cache holds, which is 100 MB and more on large machines; nearly nothing of ours
    /// survives.
    /// </summary>
    private const long CollectAfter = 4 << 20;

    private const int SlowStopFactor = 4;
    private const long NsPerMs = 1_000_000;

    /// <summary>The time between two reports of what was not logged; no wait for events is longer.</summary>
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(10);

    /// <summary>The number of records between two commits of the outputs.</summary>
    private const int BatchSize = 8192;

    private readonly RingReader _ring;
    private readonly SlotTable _slots;
    private readonly EventDecoder _decoder;
    private readonly WallClock _clock;
    private readonly OutputSet _outputs;
    private readonly Action<CommitResult, int> _onCommit;
    private readonly Func<IEnumerable<StreamEvent>> _reports;
    private readonly ConcurrentQueue<(StreamEvent Event, LineCounters? Counters, string? Output)> _statements = new();
    private readonly ConcurrentQueue<Action> _barriers = new();
    private readonly ConcurrentQueue<Action> _betweenBatches = new();
    private readonly HashSet<LineCounters> _uncommitted = [];
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile bool _abandoned;
    private volatile bool _inOutput;
    private long _lastTurn = Stopwatch.GetTimestamp();
    private long _lastReports = Stopwatch.GetTimestamp();
    private long _waitsUntil;
    private long _turnBegan;
    private long _collectedAt;
    private int _batch;

    /// <param name="ring">The ring of the records.</param>
    /// <param name="slots">The probes by the slots in their records.</param>
    /// <param name="decoder">Decodes records.</param>
    /// <param name="clock">The clock of the events.</param>
    /// <param name="outputs">Take the lines.</param>
    /// <param name="onCommit">Receives the result of each commit, and the number of events in it.</param>
    /// <param name="reports">Gets what else is to be written, once per <see cref="ReportInterval"/>.</param>
    public EventPump(
        RingReader ring, SlotTable slots, EventDecoder decoder, WallClock clock, OutputSet outputs,
        Action<CommitResult, int> onCommit, Func<IEnumerable<StreamEvent>> reports)
    {
        (_ring, _slots, _decoder, _clock, _outputs, _onCommit, _reports) =
            (ring, slots, decoder, clock, outputs, onCommit, reports);
        _thread = new Thread(Work) { Name = "events", IsBackground = true };
    }

    /// <summary>The error by which the thread has ended; null while it runs.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Called on the thread when it ends by an error.</summary>
    public event Action? Failed;

    /// <summary>The limit above which events are not written; null for none.</summary>
    public EventQuota? Quota { get; init; }

    /// <summary>
    /// The time between two writes in a stream of events: longer is cheaper, since the thread is woken less often. 0 for at once.
    /// The first event after a pause is written at once in any case.
    /// </summary>
    public required TimeSpan Flush { get; init; }

    /// <summary>
    /// The time since the thread should have begun a turn; an output that blocks does not count. Negative while it waits for events.
    /// </summary>
    public TimeSpan StandsStill => _inOutput
        ? TimeSpan.Zero
        : Stopwatch.GetElapsedTime(Math.Max(Volatile.Read(ref _lastTurn), Volatile.Read(ref _waitsUntil)));

    public void Start() => _thread.Start();

    /// <summary>Writes one of the agent's own statements among the events.</summary>
    public void Enqueue(StreamEvent statement) => Enqueue((statement, null, null));

    /// <summary>Writes a line of a rule that does not come from the ring.</summary>
    /// <param name="line">The line to write.</param>
    /// <param name="counters">The rule's counters.</param>
    /// <param name="output">The name of the one output that takes it; null for all.</param>
    public void Enqueue(StreamEvent line, LineCounters counters, string? output) => Enqueue((line, counters, output));

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

        var turn = Volatile.Read(ref _lastTurn);
        for (var time = 0; time < SlowStopFactor; time++)
        {
            if (_thread.Join(timeout))
            {
                return true;
            }

            var latest = Volatile.Read(ref _lastTurn);
            if (latest == turn)
            {
                return false;
            }

            turn = latest;
        }

        return false;
    }

    public bool Take(ReadOnlySpan<byte> record)
    {
        var slot = record.Length >= RecordLayout.HeaderSize
            ? _slots[BinaryPrimitives.ReadUInt16LittleEndian(record[RecordLayout.SlotOffset..])]
            : null;
        if (slot is null)
        {
            return true;
        }

        if (Quota is { IsUsedUp: true })
        {
            slot.Counters.OverQuota();
            return true;
        }

        var shape = slot.Shape;
        if (_decoder.Decode(record, shape) is { } line)
        {
            var output = shape.Output;
            _outputs.Write(line, output);
            Quota?.Use();
            Note(slot.Counters, output);
            slot.Counters.EventRead(line);
        }
        else
        {
            slot.Counters.Undecodable();
        }

        return ++_batch < BatchSize && !_outputs.ShouldCommit;
    }

    public void Dispose()
    {
        if (Stop(TimeSpan.FromSeconds(1)))
        {
            _outputs.Dispose();
        }
        else
        {
            _abandoned = true;
            _outputs.Abandon();
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
            var longest = (int)Math.Max(1, (ReportInterval - Stopwatch.GetElapsedTime(_lastReports)).TotalMilliseconds + 1);
            Volatile.Write(ref _waitsUntil, Stopwatch.GetTimestamp() + (longest * NsPerMs));
            _ring.AwaitRecord(longest);
        }
        else if (flush > 0)
        {
            // What comes now is on its way for this rest and for the turn after it, which takes as long as the last one.
            var turn = (int)Math.Ceiling(Stopwatch.GetElapsedTime(_turnBegan).TotalMilliseconds);
            _ring.Rest(Math.Max(1, flush - turn));
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

        _turnBegan = Stopwatch.GetTimestamp();
        Volatile.Write(ref _lastTurn, _turnBegan);
        var barriers = _barriers.Count;
        _batch = 0;
        _clock.RefreshIfOld();
        var drained = _ring.Read(this);
        Report();
        while (_statements.TryDequeue(out var said))
        {
            _outputs.Write(said.Event, said.Output);
            _batch++;
            if (said.Counters is { } counters)
            {
                Note(counters, said.Output);
            }
        }

        if (_batch > 0)
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

    private void Enqueue((StreamEvent Event, LineCounters? Counters, string? Output) line)
    {
        _statements.Enqueue(line);
        _ring.Wake();
    }

    private void Note(LineCounters counters, string? output)
    {
        if (counters.Written(output))
        {
            _uncommitted.Add(counters);
        }
    }

    private void Report()
    {
        if (Stopwatch.GetElapsedTime(_lastReports) < ReportInterval)
        {
            return;
        }

        _lastReports = Stopwatch.GetTimestamp();
        foreach (var report in _reports())
        {
            Enqueue(report);
        }
    }

    private void Commit()
    {
        _inOutput = true;
        var result = _outputs.Commit();
        Volatile.Write(ref _lastTurn, Stopwatch.GetTimestamp());
        _inOutput = false;
        var events = 0;
        foreach (var counters in _uncommitted)
        {
            events += counters.Uncommitted;
            counters.Committed(_outputs.Reached(result, counters.Output));
        }

        _uncommitted.Clear();
        if (GC.GetAllocatedBytesForCurrentThread() - _collectedAt > CollectAfter)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            _collectedAt = GC.GetAllocatedBytesForCurrentThread();
        }

        _onCommit(result, events);
    }
}
