using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf.Notices;
using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Events.Processes;
using TraceAgent.Linux;

namespace TraceAgent.Engine.ProcessTracking;

/// <summary>
/// Keeps the history of processes up to date: by a thread of its own, so that new processes are known at once and a storm of them
/// does not fill the ring while an output blocks; and on demand, so that an event is never newer than what is known.
/// </summary>
public sealed class ProcessWatch : IProcessHistory, IDisposable
{
    /// <summary>The wait after a notice, in ms: the kernel announces executions at most once per ms.</summary>
    private const int ShortWaitMs = 2;

    private static readonly TimeSpan SurveyTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The time between two surveys of all processes, and checks for what is lost or may be forgotten.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The interval while no process begins or ends.</summary>
    private static readonly TimeSpan QuietInterval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _isComplete = new();
    private ProcessTracker? _tracker;
    private Action<Action>? _whenDrained;
    private Task _signals = Task.CompletedTask;
    private volatile bool _stopping;
    private volatile bool _waitsForReader;
    private long _skipped;
    private long _reportedLost;

    /// <param name="logger">The agent's logger.</param>
    /// <param name="seesAll">True when /proc has all processes under the kernel's IDs.</param>
    public ProcessWatch(ILogger logger, bool seesAll)
    {
        _logger = logger;
        Notices = new ProcessNotices(seesAll);
        _thread = new Thread(() => Work(_tracker!)) { Name = "processes", IsBackground = true };
    }

    /// <summary>The kernel's notices, to subscribe to.</summary>
    public ProcessNotices Notices { get; }

    /// <summary>The error by which the thread has ended; null while it runs.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Called on the thread when it ends by an error.</summary>
    public event Action? Failed;

    /// <summary>The time in ns, CLOCK_MONOTONIC.</summary>
    internal static ulong Now => (ulong)Stopwatch.GetTimestamp();

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
            if (!_stopping && _tracker is { } tracker && (Notices.HasNews || tracker.HasNotices))
            {
                tracker.Wake();
            }
        }
    }

    /// <remarks>Called by one thread.</remarks>
    public ProcessFacts? Find(int pid, ulong time)
    {
        if (Notices.FindAgain(pid, time) is { } known)
        {
            return known;
        }

        lock (_gate)
        {
            if (_tracker is not { } tracker)
            {
                return null;
            }

            if (time >= Notices.CompleteUpTo && !_stopping)
            {
                Notices.CatchUp(tracker, _skipped);
            }

            return Notices.Find(pid, time);
        }
    }

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

                Notices.CatchUp(tracker, _skipped);
                (took, Notices.HasNews) = (Notices.HasNews, false);
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
        bool isIncomplete;
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _skipped = tracker.Skipped;
            (isIncomplete, Notices.IsIncomplete) = (Notices.IsIncomplete, false);
        }

        if (isIncomplete)
        {
            Survey();
        }

        _isComplete.Set();

        var lost = Notices.Lost;
        if (lost > _reportedLost)
        {
            ProcessLog.ProcessNoticesLost(_logger, Plural.Of(lost - _reportedLost, "notice"));
            _reportedLost = lost;
        }

        if (!_waitsForReader)
        {
            _waitsForReader = true;
            var now = Now;
            _whenDrained!(() => ForgetUpTo(now));
        }
    }

    private void ForgetUpTo(ulong time)
    {
        lock (_gate)
        {
            Notices.ForgetUpTo(time);
        }

        _waitsForReader = false;
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

            // Under the lock: its end must not be taken between the check and the note.
            lock (_gate)
            {
                Notices.Seed(pid);
            }
        }
    }
}
