using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Configuration;
using TraceAgent.Engine;
using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Guards;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Reading;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Sources;
using TraceAgent.Engine.Targets;
using TraceAgent.Engine.Trust;
using TraceAgent.Engine.Watching;
using TraceAgent.Events;
using TraceAgent.Events.Outputs;
using TraceAgent.Linux;
using TraceAgent.Logging;
using TraceAgent.Status;

namespace TraceAgent.Hosting;

/// <summary>The parts of a run of the agent, before it starts.</summary>
/// <param name="Session">The kernel.</param>
/// <param name="Outputs">The opened outputs.</param>
/// <param name="Rules">The source of rules.</param>
/// <param name="RingBytes">The size of the ring between kernel and agent.</param>
/// <param name="Configuration">The configuration, with the command line's settings in place of its own.</param>
internal sealed record AgentParts(BpfSession Session, OutputSet Outputs, RuleSource Rules, int RingBytes, AgentConfiguration Configuration)
{
    /// <summary>The file of the configuration, which is followed; null when there is none.</summary>
    public AgentConfigurationFile? File { get; init; }

    /// <summary>Decides whether <see cref="File"/> is trusted.</summary>
    public PathTrust? Trust { get; init; }

    /// <summary>True when the outputs are those of <see cref="File"/>, and follow it.</summary>
    public bool FollowsOutputs { get; init; }

    /// <summary>Breaks crash loops; null for none.</summary>
    public CrashGuard? Crashes { get; init; }

    /// <summary>The limits of a run that ends by itself, and is over when its rule is refused; null for the service.</summary>
    public RunLimits? RunLimits { get; init; }
}

/// <summary>The limits after which a run ends.</summary>
/// <param name="Events">The number of events; null for any number.</param>
/// <param name="Time">The time; null for none.</param>
internal sealed record RunLimits(long? Events, TimeSpan? Time);

/// <summary>The pipeline, started and stopped in its order.</summary>
internal sealed class Agent : IHostedService, IDisposable
{
    /// <summary>
    /// The maximum time for which an output may take nothing at the end; one that is slow has <see cref="EventPump.Stop"/>'s
    /// multiple of it.
    /// </summary>
    private static readonly TimeSpan LastCommit = TimeSpan.FromSeconds(5);

    private readonly AgentParts _parts;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ISystemdNotifier _notifier;
    private readonly ILogger _logger;
    private readonly WallClock _clock = new();
    private readonly EventPump _pump;
    private readonly ProcessWatch _processes;
    private readonly RuleSource _source;
    private readonly Reconciler _reconciler;
    private readonly ProbeResolver _resolver;
    private readonly DetachQueue _detachQueue;
    private readonly AgentReporter _reporter;
    private readonly PacketReconciler _filters;
    private readonly PacketController _packets;
    private readonly ReconcileLoop _loop;
    private readonly IDisposable _signal;
    private readonly Watchdog _watchdog;
    private readonly StatusSource _status;
    private readonly Task _watching;
    private readonly DetachReports _detaches;
    private Timer? _end;
    private SelfObservation? _observation;

    public Agent(AgentParts parts, IHostApplicationLifetime lifetime, ISystemdNotifier notifier, ILogger<Agent> logger)
    {
        (_parts, _lifetime, _notifier, _logger) = (parts, lifetime, notifier, logger);
        var slots = new SlotTable();
        var outputs = new OutputReporter(logger, () => Stopwatch.GetElapsedTime(0));
        outputs.OnReaderGone += lifetime.StopApplication;
        parts.Outputs.Noticed += outputs.Noticed;
        IReadOnlyList<RuleCounters> Counters() => _reconciler!.Counters;
        var reports = new LossReports(Counters, _clock);
        var seesAll = parts.Session.SeesAllProcesses;
        _processes = new ProcessWatch(logger, action => _pump!.WhenDrained(action), seesAll);
        _pump = new EventPump(
            parts.Session.Ring, slots,
            new EventDecoder(_clock, new ProcessNames(_processes, seesAll), new CgroupNames()),
            _clock, parts.Outputs, outputs.Committed, reports.Due)
        {
            Flush = parts.Configuration.Flush,
            Quota = parts.RunLimits?.Events is { } events ? new EventQuota(events, lifetime.StopApplication) : null,
        };
        _reporter = new AgentReporter(logger, _pump, _clock);
        _detachQueue = new DetachQueue(parts.Session, slots, _pump);
        _reconciler = new Reconciler(parts.Session, new ProbeAttacher(parts.Session, slots), _detachQueue, _reporter);
        _source = parts.Rules;
        var board = new StandingBoard();
        var maintenance = new ProbeMaintenance(_reconciler.Attached, _reporter, seesAll);
        var programs = new ProgramTimes(RunStatistics.TryOpen, () => Log.NoRunStatistics(logger));
        var harm = new HarmGuard();
        _processes.Signalled += harm.Take;
        _processes.Ended += harm.Take;
        var guard = new RuleGuard(
            () => HitCost.Measure(parts.Session.AttachMethod), programs, parts.Configuration.Defaults.TotalBudgetPercent, harm, _reporter);
        var followed = parts.File is null ? null : new FollowedConfiguration(
            parts.File,
            parts.FollowsOutputs,
            next => _pump.BetweenBatches(() => parts.Outputs.Exchange(next)),
            new ConfigurationReporter(logger),
            parts.Trust);
        var permitted = new PermittedBinaries(() => followed?.Binaries ?? parts.Configuration.Binaries);
        _resolver = new ProbeResolver(new SeccompReturns(() => SeccompProbe.ReturnsAreFatal(parts.Session.AttachMethod)), permitted);
        var packetReporter = new PacketReporter(logger, _pump, _clock);
        var packetReports = new PacketReports(_pump, _clock, packetReporter.Evicted);
        _filters = new PacketReconciler(packetReports, packetReporter);
        _packets = new PacketController(_filters, packetReports, packetReporter, NetworkInterfaces.List);
        _loop = new ReconcileLoop(new ReconcileParts
        {
            Source = _source,
            Rules = new LastValidRules(_resolver, new PrefixSource(parts.Trust), () => followed?.OutputNames),
            Targets = _resolver.Targets,
            Reconciler = _reconciler,
            Maintenance = maintenance,
            Guard = guard,
            Listener = _reporter,
            Board = board,
            Packets = _packets,
            Configuration = followed,
            Permitted = permitted,
            Crashes = parts.Crashes,
        });
        _status = new StatusSource(
            board,
            Counters,
            _packets.Board,
            () => _filters.Counters,
            parts.Session.Ring,
            () => parts.Session.AttachMethod,
            () => [.. parts.Outputs.Names.Select(name => new OutputStatus(name, outputs.ErrorsOf(name), outputs.DroppedBy(name)))],
            parts.Configuration.Defaults.TotalBudgetPercent);
        _signal = parts.RunLimits is null ? new SignalReload(notifier, _loop, _reporter) : EndOnHangup();
        _detaches = new DetachReports(logger);
        _watchdog = new Watchdog(notifier, _pump, _loop);
        _pump.Failed += () => Defect(_pump.Failure);
        _processes.Failed += () => Defect(_processes.Failure);
        harm.Suspected += _loop.Wake;
        _processes.Executed += execution =>
        {
            if (_resolver.Targets.Executed(execution.Pid))
            {
                _loop.Wake();
            }
        };
        _loop.Failed += () => Defect(_loop.Failure);

        // While the kernel lets the first probe wait.
        _watching = Task.Factory.StartNew(_processes.Start, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The exit code of the whole run.</summary>
    public int Result { get; private set; } = ExitCode.Fine;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _pump.Start();
        if (_parts.Crashes?.Begin() is { } word)
        {
            Log.EndedAbnormally(_logger, word);
        }

        // Before the first hit: its process may have ended when the event is read.
        _watching.GetAwaiter().GetResult();
        _processes.AwaitComplete();
        ExecutablePages.ReleasePages();
        if (!_parts.Session.SeesAllProcesses)
        {
            Log.ProcessesHidden(
                _logger,
                "exe, ppid and cmdline are missing for processes that began before the agent, and replaced files stay probed; "
                + "give the agent the PID namespace of the host (docker run --pid=host, hostPID: true)");
        }

        _loop.Start();
        if (_parts.Crashes?.Trouble is { } trouble)
        {
            Log.NoState(_logger, trouble);
        }

        foreach (var path in _source.WithoutFiles)
        {
            Log.NoRuleFiles(_logger, path);
        }

        _processes.AwaitSignals();
        var rejected = _reporter.Rejected == 0 ? "" : $", {_reporter.Rejected} rejected";
        var filters = _packets.Board.Rules;
        var packets = filters.Count == 0
            ? ""
            : $", {filters.Count(one => one.State == RuleState.Attached)} of {Plural.Of(filters.Count, "packet rule")} attached";
        var rules = $"{Plural.Of(_reconciler.Attached.Count, "rule")} attached, {_reporter.Pending} pending{rejected}{packets}";
        _observation = new SelfObservation(_parts.Configuration, _status, _logger);
        Log.Ready(
            _logger, rules, _parts.Session.AttachMethod == AttachMethod.Multi ? "uprobe_multi" : "perf events", _parts.RingBytes >> 10);
        _notifier.Notify(new ServiceState($"READY=1\nSTATUS={rules}"));
        if (_parts.RunLimits is { } limits)
        {
            Begin(limits);
        }

        ExecutablePages.ReleasePages();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _notifier.Notify(ServiceState.Stopping);
        _observation?.Dispose();
        _loop.Dispose();
        _detachQueue.Dispose();
        _reconciler.DetachAll();
        _packets.Stop();
        _pump.WhenDrained(EnqueueTotals);
        if (!_pump.Stop(LastCommit))
        {
            Log.OutputTooSlow(_logger);
            LogTotals(withheld: true);
        }
        else
        {
            LogTotals(withheld: false);
        }

        // An end by a defect of ours is none that the next run should repeat.
        if (Result == ExitCode.Fine)
        {
            _parts.Crashes?.End();
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _end?.Dispose();
        _signal.Dispose();
        _watchdog.Dispose();
        _detaches.Dispose();
        _resolver.Dispose();
        _pump.Dispose();
        _processes.Dispose();
    }

    private void Begin(RunLimits limits)
    {
        if (_reporter.Rejected > 0)
        {
            Result = ExitCode.Failure;
            _lifetime.StopApplication();
        }
        else if (limits.Time is { } time)
        {
            _end = new Timer(_ => _lifetime.StopApplication(), null, time, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends the run when the terminal is closed (SIGHUP).</summary>
    private PosixSignalRegistration EndOnHangup() => PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        _lifetime.StopApplication();
    });

    private void EnqueueTotals()
    {
        foreach (var counters in _reconciler.Counters)
        {
            var totals = counters.FinalTotals();
            _pump.Enqueue(AgentEvents.Totals(counters.Rule, totals.Counts, _clock.UtcNow));
        }

        foreach (var counters in _filters.Counters)
        {
            _pump.Enqueue(AgentEvents.PacketTotals(counters.Rule, counters.Totals, counters.Evicted, _clock.UtcNow));
        }
    }

    private void LogTotals(bool withheld)
    {
        foreach (var counters in _reconciler.Counters)
        {
            var totals = withheld ? counters.WithheldTotals() : counters.FinalTotals();
            var counts = totals.Counts;
            Log.Totals(_logger, counters.Rule, Plural.Of(totals.Calls, "call"), counts.Logged, counts.Lost, counts.Others);
            if (totals.Unreturned > 0)
            {
                Log.Unreturned(_logger, counters.Rule, totals.Unreturned);
            }

            if (!totals.Balances)
            {
                Log.OutOfBalance(_logger, counters.Rule, totals.Calls, counts.Logged, counts.Lost, counts.Others);
            }
        }

        foreach (var counters in _filters.Counters)
        {
            Log.PacketTotals(_logger, counters.Rule, PacketWords.Of(counters.Totals), Plural.Of(counters.Logged, "line"), counters.Failed
                + (withheld ? counters.Uncommitted : 0));
        }
    }

    private void Defect(Exception? failure)
    {
        Log.Defect(_logger, failure);
        Result = ExitCode.Failure;
        _lifetime.StopApplication();
    }
}
