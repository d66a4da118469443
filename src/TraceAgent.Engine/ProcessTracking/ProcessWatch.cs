using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Events.Processes;
using TraceAgent.Linux;

namespace TraceAgent.Engine.ProcessTracking;

/// <summary>The execution of a file by a process.</summary>
/// <param name="Facts">The facts about the process now.</param>
/// <param name="Device">The executable's device; 20 bits of minor number below the major number.</param>
/// <param name="Inode">The executable's inode number.</param>
public sealed record Execution(int Pid, ProcessFacts Facts, uint Device, ulong Inode);

/// <summary>
/// Keeps the history of processes up to date: by a thread of its own, so that new processes are known at once and a storm of them
/// does not fill the ring while an output blocks; and on demand, so that an event is never newer than what is known.
/// </summary>
public sealed class ProcessWatch : IProcessHistory, IRecordConsumer, IDisposable
{
    /// <summary>The wait after a notice, in ms: the kernel announces executions at most once per ms.</summary>
    private const int ShortWaitMs = 2;


    private static readonly TimeSpan SurveyTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The time between two surveys of all processes, and checks for what is lost or may be forgotten.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The same while no process begins or ends.</summary>
    private static readonly TimeSpan QuietInterval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger;
    private ProcessTracker? _tracker;
    private Action<Action>? _whenDrained;
    private readonly ProcessHistory _history = new();
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private readonly bool _seesAll;
    private readonly ManualResetEventSlim _isComplete = new();
    private Task _signals = Task.CompletedTask;
    private volatile bool _stopping;
    private volatile bool _incomplete;
    private volatile bool _waitsForReader;
    private ulong _caughtUpTo;

    // The newest that is known of the process of the last event, which most events share. Both but the facts are the asker's own.
    private ProcessFacts? _latest;
    private int _latestPid;
    private ulong _latestSince;
    private long _lost;
    private long _skipped;
    private long _reportedLost;
    private bool _took;

    /// <param name="logger">The agent's logger.</param>
    /// <param name="seesAll">True when /proc has all processes under the kernel's IDs.</param>
    public ProcessWatch(ILogger logger, bool seesAll)
    {
        (_logger, _seesAll) = (logger, seesAll);
        _incomplete = seesAll;
        _thread = new Thread(() => Work(_tracker!)) { Name = "processes", IsBackground = true };
    }

    /// <summary>The error by which the thread has ended; null while it runs.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Called on the thread when it ends by an error.</summary>
    public event Action? Failed;

    /// <summary>Called for each execution, in order, while the history is locked: handlers must return quickly.</summary>
    public event Action<Execution>? Executed;

    /// <summary>Called for each signal by which the kernel ends a process; as <see cref="Executed"/>.</summary>
    public event Action<FatalSignal>? Signalled;

    /// <summary>Called for each process that ends; as <see cref="Executed"/>.</summary>
    public event Action<ProcessEnd>? Ended;

    /// <summary>
    /// Starts to follow processes by the kernel's notices. Where it gives none, that is reported, and only /proc is read. It
    /// takes a while: the kernel's types are some megabytes.
    /// </summary>
    /// <param name="whenDrained">Runs an action when all events that are in their ring now have been read.</param>
    public void Start(Action<Action> whenDrained)
    {
        _whenDrained = whenDrained;
        try
        {
            var tracker = ProcessTracker.Start();
            lock (_gate)
            {
                _tracker = tracker;
            }

            _signals = Task.Factory.StartNew(
                () => WatchSignals(tracker), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _thread.Start();
        }
        catch (KernelException refusal)
        {
            ProcessLog.ProcessesUnwatched(_logger, refusal.Message);
            _isComplete.Set();
        }
    }

    /// <summary>
    /// Waits until every process is known: one that is hit by the first rule may have ended when its event is read. Waits only
    /// for a moment: there may be very many.
    /// </summary>
    public void AwaitComplete() => _isComplete.Wait(SurveyTimeout);

    /// <summary>
    /// Waits until ends by signals are reported. Their programs take the kernel's verifier some 20 ms each, in parallel to what
    /// the first rule waits for.
    /// </summary>
    public void AwaitSignals() => _signals.GetAwaiter().GetResult();

    /// <summary>
    /// Wakes the thread when there are notices that the kernel does not announce, such as those of forks; to be called once a
    /// second. So the thread needs no timer of its own while nothing happens. Cheap.
    /// </summary>
    public void WakeForNotices()
    {
        lock (_gate)
        {
            if (!_stopping && _tracker is { } tracker && (_took || tracker.HasNotices))
            {
                tracker.Wake();
            }
        }
    }

    /// <remarks>Called by one thread.</remarks>
    public ProcessFacts? Find(int pid, ulong time)
    {
        // In this order: whatever happened before the moment up to which notices were taken has been taken by then.
        if (time < Volatile.Read(ref _caughtUpTo) && Volatile.Read(ref _latest) is { } latest && pid == _latestPid && time >= _latestSince)
        {
            return latest;
        }

        lock (_gate)
        {
            if (_tracker is not { } tracker)
            {
                return null;
            }

            if (time >= _caughtUpTo && !_stopping)
            {
                CatchUp(tracker);
            }

            var facts = _history.Find(pid, time, out var isNewest);
            (_latest, _latestPid, _latestSince) = (isNewest ? facts : null, pid, time);
            return facts;
        }
    }

    bool IRecordConsumer.Take(ReadOnlySpan<byte> record)
    {
        _took = true;
        if (!ProcessNotice.TryRead(record, out var notice))
        {
            return true;
        }

        if (notice.Act == ProcessAct.Signalled)
        {
            Signalled?.Invoke(FatalSignal.Of(notice, ProgramOf(notice)));
            return true;
        }

        if (notice.Act == ProcessAct.Ended)
        {
            Ended?.Invoke(ProcessEnd.Of(notice, ProgramOf(notice)));
        }

        _latest = null;
        if (_history.Take(notice, _seesAll ? ProcessFacts.ReadExecutable : _ => null) is { } facts)
        {
            Executed?.Invoke(new Execution(notice.Pid, facts, notice.Device, notice.Inode));
        }

        return true;
    }

    private string? ProgramOf(in ProcessNotice notice) =>
        _history.Find(notice.Pid, notice.Time)?.Executable
        ?? (notice.Act == ProcessAct.Signalled ? ProcessFacts.ReadExecutable(notice.Pid) : null);

    /// <summary>
    /// Disposes without waiting for the thread, which may be waiting for notices: it touches nothing any more when it wakes.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            _tracker?.Dispose();
        }
    }

    private void Work(ProcessTracker tracker)
    {
        try
        {
            Follow(tracker);
        }
#pragma warning disable CA1031 // Whatever it is: the agent must say so and end, not go on with wrong names.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failure = failure;
            _isComplete.Set();
            Failed?.Invoke();
        }
    }

    private void WatchSignals(ProcessTracker tracker)
    {
        try
        {
            tracker.WatchSignals();
        }
        catch (KernelException refusal)
        {
            ProcessLog.EndsUnwatched(_logger, refusal.Message);
        }
    }

    private void Follow(ProcessTracker tracker)
    {
        long? lastMaintenance = null;
        var hasNews = true;
        while (true)
        {
            bool took;
            lock (_gate)
            {
                if (_stopping)
                {
                    return;
                }

                CatchUp(tracker);
                (took, _took) = (_took, false);
            }

            hasNews |= took;
            var elapsed = lastMaintenance is { } last ? Stopwatch.GetElapsedTime(last) : QuietInterval;
            if (elapsed >= (hasNews ? Interval : QuietInterval))
            {
                (lastMaintenance, elapsed) = (Stopwatch.GetTimestamp(), TimeSpan.Zero);
                Maintain(tracker);
                hasNews = false;
            }

            var rest = (hasNews ? Interval : QuietInterval) - elapsed;
            tracker.Wait(took ? ShortWaitMs : (int)rest.TotalMilliseconds + 1);
        }
    }

    private void Maintain(ProcessTracker tracker)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _skipped = tracker.Skipped;
        }

        if (_incomplete)
        {
            _incomplete = false;
            Survey();
        }

        _isComplete.Set();

        var lost = Volatile.Read(ref _lost);
        if (lost > _reportedLost)
        {
            ProcessLog.ProcessNoticesLost(_logger, Plural.Of(lost - _reportedLost, "notice"));
            _reportedLost = lost;
        }

        if (!_waitsForReader)
        {
            _waitsForReader = true;
            var now = (ulong)Stopwatch.GetTimestamp();
            _whenDrained!(() => ForgetUpTo(now));
        }
    }

    private void ForgetUpTo(ulong time)
    {
        lock (_gate)
        {
            _latest = null;
            _history.ReadUpTo(time);
        }

        _waitsForReader = false;
    }

    /// <summary>Takes all notices of what happened before now.</summary>
    private void CatchUp(ProcessTracker tracker)
    {
        var now = (ulong)Stopwatch.GetTimestamp();
        var isComplete = !tracker.HasNotices || tracker.Drain(this);
        var lost = tracker.Lost + _skipped;
        if (lost != _lost)
        {
            Volatile.Write(ref _lost, lost);
            _incomplete = _seesAll;
            _latest = null;
            _history.Clear();
        }

        // Last: whoever sees it sees what was taken, too.
        if (isComplete)
        {
            Volatile.Write(ref _caughtUpTo, now);
        }
    }

    /// <summary>Reads all processes that are not known.</summary>
    private void Survey()
    {
        foreach (var folder in ProcessFolders.All())
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                continue;
            }

            // Under the lock: its end must not be taken between the look and the note.
            lock (_gate)
            {
                if (!_history.Knows(pid) && ProcessFacts.Read(pid) is { } facts)
                {
                    _history.Seed(pid, facts);
                }
            }
        }
    }
}
