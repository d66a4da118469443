using TraceAgent.Bpf.Notices;
using TraceAgent.Bpf.Ring;
using TraceAgent.Capture;
using TraceAgent.Events.Processes;

namespace TraceAgent.Engine.ProcessTracking;

/// <summary>
/// Keeps a history of processes by the kernel's notices, and passes on what they say. Its owner locks it; what says otherwise needs
/// no lock. Handlers of its events are called in the order of the notices, under that lock: they must return quickly.
/// </summary>
public sealed class ProcessNotices : IRecordConsumer
{
    private readonly ProcessHistory _history = new();
    private readonly bool _seesAll;
    private ulong _completeUpTo;
    private long _lost;

    // The newest that is known of the process of the last event, which most events share. Both but the facts are the asker's own.
    private ProcessFacts? _latest;
    private int _latestPid;
    private ulong _latestSince;

    /// <param name="seesAll">True when /proc has all processes under the kernel's IDs.</param>
    public ProcessNotices(bool seesAll) => _seesAll = IsIncomplete = seesAll;

    /// <summary>Called for each execution.</summary>
    public event Action<Execution>? Executed;

    /// <summary>Called for each signal by which the kernel ends a process.</summary>
    public event Action<FatalSignal>? Signalled;

    /// <summary>Called for each process that ends.</summary>
    public event Action<ProcessEnd>? Ended;

    /// <summary>True when processes may be missing that /proc has; set to false by who adds them.</summary>
    internal bool IsIncomplete { get; set; }

    /// <summary>True when there were notices since it was set to false.</summary>
    internal bool HasNews { get; set; }

    /// <summary>The number of notices that were lost. Any thread may ask.</summary>
    internal long Lost => Volatile.Read(ref _lost);

    /// <summary>The moment up to which all notices were taken: ns, CLOCK_MONOTONIC.</summary>
    internal ulong CompleteUpTo => _completeUpTo;

    /// <summary>
    /// The facts about a process at a moment, when it is that of the last call of <see cref="Find"/> and nothing has happened
    /// since; else null. Needs no lock; called by the thread that calls <see cref="Find"/>.
    /// </summary>
    /// <param name="pid">The process ID.</param>
    /// <param name="time">CLOCK_MONOTONIC ns.</param>
    internal ProcessFacts? FindAgain(int pid, ulong time) =>
        // In this order: whatever happened before the moment up to which notices were taken has been taken by then.
        time < Volatile.Read(ref _completeUpTo) && Volatile.Read(ref _latest) is { } latest && pid == _latestPid && time >= _latestSince
            ? latest
            : null;

    /// <inheritdoc cref="ProcessHistory.Find(int, ulong)"/>
    internal ProcessFacts? Find(int pid, ulong time)
    {
        var facts = _history.Find(pid, time, out var isNewest);
        (_latest, _latestPid, _latestSince) = (isNewest ? facts : null, pid, time);
        return facts;
    }

    /// <summary>Takes all notices of what happened before now.</summary>
    /// <param name="tracker">The source of the notices.</param>
    /// <param name="skipped">The number of notices that the kernel skipped so far.</param>
    internal void CatchUp(ProcessTracker tracker, long skipped)
    {
        var now = ProcessWatch.Now;
        var isComplete = !tracker.HasNotices || tracker.Drain(this);
        var lost = tracker.Lost + skipped;
        if (lost != _lost)
        {
            Volatile.Write(ref _lost, lost);
            IsIncomplete = _seesAll;
            _latest = null;
            _history.Clear();
        }

        // Last: whoever sees it sees what was taken, too.
        if (isComplete)
        {
            Volatile.Write(ref _completeUpTo, now);
        }
    }

    /// <summary>Adds a process that began before the notices did, unless it is known or gone.</summary>
    internal void Seed(int pid)
    {
        if (!_history.Knows(pid) && ProcessFacts.Read(pid) is { } facts)
        {
            _history.Seed(pid, facts);
        }
    }

    /// <summary>Forgets the processes that ended so long ago that all their events have been read.</summary>
    /// <param name="time">The moment up to which events have been read: CLOCK_MONOTONIC ns.</param>
    internal void ForgetUpTo(ulong time)
    {
        _latest = null;
        _history.ReadUpTo(time);
    }

    bool IRecordConsumer.Take(ReadOnlySpan<byte> record)
    {
        HasNews = true;
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
}
