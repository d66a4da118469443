using System.Diagnostics;
using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Targets;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Engine.Watching;

/// <summary>
/// Follows the rule files, the agent configuration and the probed binaries, and brings what is attached in line with them. One
/// thread. Not every change is announced (network file systems, links): every two seconds it looks at the state of all files that
/// the last evaluation rests on, and every half minute it evaluates everything again, whatever that may rest on (users' groups,
/// mounts).
/// </summary>
public sealed class ReconcileLoop : IDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EvaluationInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan JudgmentInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);

    private readonly ReconcileParts _parts;
    private readonly WatchList _watches;
    private readonly Debouncer _debouncer = new();
    private readonly Thread _thread;
    private IReadOnlyList<RuleFile>? _files;
    private volatile bool _stopping;
    private volatile bool _reload;
    private long _lastCheck;
    private long _lastChecked;
    private long _lastSweep = Stopwatch.GetTimestamp();
    private long _lastJudgment = Stopwatch.GetTimestamp();
    private long _lastTurn = Stopwatch.GetTimestamp();

    public ReconcileLoop(ReconcileParts parts)
    {
        _parts = parts;
        var sources = parts.Source.Paths;
        _watches = new WatchList(parts.Configuration is { } configuration ? [.. sources, configuration.Path] : sources);
        _thread = new Thread(Work) { Name = "rules", IsBackground = true };
    }

    /// <summary>The error by which the thread has ended; null while it runs.</summary>
    public Exception? Failure { get; private set; }

    public event Action? Failed;

    public TimeSpan SinceLastTurn => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastTurn));

    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    /// <summary>Reconciles for the first time, on the caller's thread, then follows.</summary>
    public void Start()
    {
        Reconcile();
        _thread.Start();
    }

    /// <summary>Makes the thread read everything again, soon.</summary>
    public void Reload()
    {
        _reload = true;
        Wake();
    }

    /// <summary>Wakes the thread for something that should be handled now, and not only within a second. Any thread may call it.</summary>
    public void Wake() => _watches.Wake();

    public void Dispose()
    {
        _stopping = true;
        Wake();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _watches.Dispose();
    }

    private void Work()
    {
        try
        {
            while (!_stopping)
            {
                Turn();
            }
        }
#pragma warning disable CA1031 // Whatever it is: the agent must say so and end, not stand still.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failure = failure;
            Failed?.Invoke();
        }
    }

    private void Turn()
    {
        Volatile.Write(ref _lastTurn, Stopwatch.GetTimestamp());
        foreach (var change in _watches.Wait(_debouncer.WaitMs(UntilDueMs())))
        {
            if (change.Kind == ChangeKind.Overwritten)
            {
                _parts.Maintenance.DetachOverwritten(_watches.TakeWritten());
            }

            _debouncer.Note(change);
        }

        if (_parts.Guard.CheckHarm() is { Count: > 0 } harmful)
        {
            foreach (var rule in harmful)
            {
                _parts.Reconciler.Detach(rule);
            }

            Publish();
        }

        if (_reload)
        {
            _reload = false;
            _parts.Source.Forget();
            _parts.Rules.Forget();
            Reconcile();
            _parts.Listener.Reloaded();
        }
        else if (_debouncer.IsWaiting ? _debouncer.IsDue() : IsCheckDue())
        {
            Reconcile();
        }

        var isSecond = Stopwatch.GetElapsedTime(_lastJudgment) > JudgmentInterval;
        if (!_debouncer.IsWaiting && _parts.Targets.ProcessesHaveChanged(isSecond))
        {
            Reconcile();
        }

        if (isSecond)
        {
            _lastJudgment = Stopwatch.GetTimestamp();
            _parts.EverySecond();
            _parts.Crashes?.Beat();
            EnforceLimits();
        }

        _parts.Packets.Turn();
        if (Stopwatch.GetElapsedTime(_lastSweep) > SweepInterval)
        {
            _lastSweep = Stopwatch.GetTimestamp();
            _parts.Maintenance.DetachUnused();
            _parts.Reconciler.LeaveBareParts();
            _parts.Maintenance.ForgetDeadCalls();
            _parts.ForgetGone();
        }
    }

    /// <summary>True when a check for changes that nothing announces is due.</summary>
    private bool IsCheckDue()
    {
        if (Stopwatch.GetElapsedTime(_lastChecked) <= CheckInterval)
        {
            return false;
        }

        _lastChecked = Stopwatch.GetTimestamp();
        var now = Now;
        return Stopwatch.GetElapsedTime(_lastCheck) > EvaluationInterval
            || _parts.Maintenance.AnyOverwritten()
            || _parts.Source.HasChanged()
            || _parts.Configuration?.HasChanged is true
            || _parts.Rules.MayHaveChanged
            || _parts.Table.Active.Any(rule => rule.IsOpen(now));
    }

    private void EnforceLimits()
    {
        var leaving = _parts.Guard.Check(Now);
        foreach (var rule in leaving ?? [])
        {
            _parts.Reconciler.Detach(rule);
        }

        if (leaving is not null)
        {
            _parts.Maintenance.MakeRoomForCalls();
        }

        // The status of a suspended rule has the time that is left, which changes by itself.
        if (leaving is not null || _parts.Table.AnySuspended(Now))
        {
            Publish();
        }
    }

    /// <summary>
    /// The time in ms until the next judgment, once a second, with which everything that is due by time is done: one wakeup for
    /// all.
    /// </summary>
    private int UntilDueMs() =>
        (int)Math.Clamp((JudgmentInterval - Stopwatch.GetElapsedTime(_lastJudgment)).TotalMilliseconds + 1, 1, 1000);

    private void Reconcile()
    {
        if (_debouncer.IsWaiting)
        {
            _parts.Reconciler.ExpectAttach();
        }

        _debouncer.Clear();
        if (_parts.Maintenance.DetachOverwritten())
        {
            // Still being written, as far as we can tell: it is resolved when it has been quiet.
            _debouncer.Note(new Change(ChangeKind.Overwritten, "", IsComplete: false));
            return;
        }

        // Watches first: what changes while we look is then noticed.
        _watches.Follow(_parts.Table.Attached);
        _parts.Configuration?.Check();
        foreach (var rule in _parts.Maintenance.DetachDenied(_parts.Permitted))
        {
            _parts.Reconciler.Detach(rule);
        }

        var files = _parts.Crashes is null ? _parts.Source.Read() : _parts.Crashes.HoldBack(_parts.Source.Read());
        var evaluation = _parts.Rules.Evaluate(files);
        _watches.Follow(evaluation.WatchedNames);
        Take(evaluation, files);
        var now = Now;
        _parts.Reconciler.Apply([.. _parts.Table.Active.Where(rule => rule.IsAdmitted(now)).Select(rule => rule.Desired!)]);
        _watches.Follow(_parts.Table.Attached);
        _parts.Packets.Apply(evaluation.Filters);
        _parts.Comparisons?.Take(evaluation.Desired, evaluation.Sources);
        Publish();
        _lastChecked = _lastCheck = Stopwatch.GetTimestamp();
    }

    private void Take(RuleEvaluation evaluation, IReadOnlyList<RuleFile> files)
    {
        if (_files is not null && !files.SequenceEqual(_files, ReferenceEqualityComparer.Instance))
        {
            _parts.Table.Reloads++;
        }

        _files = files;
        var missing = evaluation.Pending.ToDictionary(one => one.Rule.Name.Value, one => one.Missing);
        var pending = _parts.Table.Active.Where(rule => rule.Missing is not null).Select(rule => rule.Name).ToHashSet();
        _parts.Table.Take(evaluation.Desired, missing, evaluation.Errors, Now);
        _parts.Table.CountRejected(evaluation.Rejected.Sum(file => file.Rules));
        _parts.Listener.Evaluated(evaluation);
        foreach (var (rule, what) in evaluation.Pending.Where(one => !pending.Contains(one.Rule.Name.Value)))
        {
            _parts.Listener.Pending(rule, what);
        }
    }

    private void Publish() => _parts.Table.Publish(_parts.Guard.MeasuresPrograms != false, Now);
}

/// <summary>Reports the result of an evaluation of the files.</summary>
public interface IEvaluationListener
{
    void Evaluated(RuleEvaluation evaluation);

    /// <param name="rule">The active rule.</param>
    /// <param name="missing">The target that it now waits for.</param>
    void Pending(Rule rule, string missing);

    void Reloaded();
}
