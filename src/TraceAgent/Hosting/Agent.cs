using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Bpf.Linux;
using TraceAgent.Configuration;
using TraceAgent.Events;
using TraceAgent.Outputs;
using TraceAgent.Packets;
using TraceAgent.Reading;
using TraceAgent.Reconciling;
using TraceAgent.Status;
using TraceAgent.Targets;
using TraceAgent.Trust;
using TraceAgent.Watching;

namespace TraceAgent.Hosting;

/// <summary>What a run of the agent is made of, before it starts.</summary>
/// <param name="Session">The kernel.</param>
/// <param name="Outputs">Open.</param>
/// <param name="Rules">Where rules come from.</param>
/// <param name="RingBytes">Between kernel and agent.</param>
/// <param name="Configuration">With what the command line says instead.</param>
internal sealed record AgentParts(BpfSession Session, OutputSet Outputs, RuleSource Rules, int RingBytes, AgentConfiguration Configuration)
{
    /// <summary>What the configuration was read from, which is followed; null when there is none.</summary>
    public AgentConfigurationFile? File { get; init; }

    /// <summary>Says whether <see cref="File"/> is to be obeyed.</summary>
    public PathTrust? Trust { get; init; }

    /// <summary>The outputs are those of <see cref="File"/>, and follow it.</summary>
    public bool FollowsOutputs { get; init; }

    /// <summary>Breaks loops of crashes; null for none.</summary>
    public CrashGuard? Crashes { get; init; }

    /// <summary>For a run that ends by itself, and is over when its rule is refused; null for the service.</summary>
    public Trial? Trial { get; init; }
}

/// <summary>When a trial is over.</summary>
/// <param name="Events">After so many; null for any number.</param>
/// <param name="Time">After this time; null for none.</param>
internal sealed record Trial(long? Events, TimeSpan? Time);

/// <summary>The pipeline, started and stopped in its order.</summary>
internal sealed class Agent : IHostedService, IDisposable
{
    /// <summary>How long an output may take nothing at the end; one that is slow has <see cref="EventPump.Stop"/>'s multiple of it.</summary>
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
    private readonly Retirement _retirement;
    private readonly AgentVoice _voice;
    private readonly PacketReconciler _filters;
    private readonly PacketKeeper _packets;
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
        var outputs = new OutputVoice(logger, () => Stopwatch.GetElapsedTime(0));
        outputs.OnReaderGone += lifetime.StopApplication;
        parts.Outputs.Noticed += outputs.Noticed;
        IReadOnlyList<RuleBooks> Books() => _reconciler!.Books;
        var reports = new LossReports(Books, _clock);
        var seesAll = parts.Session.SeesAllProcesses;
        _processes = new ProcessWatch(logger, action => _pump!.WhenDrained(action), seesAll);
        _pump = new EventPump(
            parts.Session.Ring, slots,
            new EventDecoder(_clock, new ProcessNames(_processes, seesAll), new CgroupNames()),
            _clock, parts.Outputs, outputs.Committed, reports.Due)
        {
            Quota = parts.Trial?.Events is { } events ? new EventQuota(events, lifetime.StopApplication) : null,
        };
        _voice = new AgentVoice(logger, _pump, _clock);
        _retirement = new Retirement(parts.Session, slots, _pump);
        _reconciler = new Reconciler(parts.Session, new ProbeAttacher(parts.Session, slots), _retirement, _voice);
        _source = parts.Rules;
        var board = new StandingBoard();
        var upkeep = new ProbeUpkeep(_reconciler.Attached, _voice, seesAll);
        var programs = new ProgramTimes(RunStatistics.TryOpen, () => Log.NoRunStatistics(logger));
        var harm = new HarmGuard();
        _processes.Signalled += harm.Take;
        _processes.Ended += harm.Take;
        var guard = new RuleGuard(
            () => HitCost.Measure(parts.Session.Way), programs, parts.Configuration.Defaults.TotalBudgetPercent, harm, _voice);
        var followed = parts.File is null ? null : new FollowedConfiguration(
            parts.File,
            parts.FollowsOutputs,
            next => _pump.BetweenBatches(() => parts.Outputs.Exchange(next)),
            new ConfigurationVoice(logger),
            parts.Trust);
        var permitted = new PermittedBinaries(() => followed?.Binaries ?? parts.Configuration.Binaries);
        _resolver = new ProbeResolver(new SeccompReturns(() => SeccompTrial.ReturnsAreFatal(parts.Session.Way)), permitted);
        var packetVoice = new PacketVoice(logger, _pump, _clock);
        var packetReports = new PacketReports(_pump, _clock, packetVoice.Evicted);
        _filters = new PacketReconciler(packetReports, packetVoice);
        _packets = new PacketKeeper(_filters, packetReports, packetVoice, NetworkInterfaces.List);
        _loop = new ReconcileLoop(
            _source, new AcceptedRules(_resolver, new PrefixSource(parts.Trust), () => followed?.OutputNames), _resolver.Targets, _reconciler, upkeep, guard, _voice, board,
            _packets, followed, permitted)
        { Crashes = parts.Crashes };
        _status = new StatusSource(
            board,
            Books,
            _packets.Board,
            () => _filters.Books,
            parts.Session.Ring,
            () => parts.Session.Way,
            () => [.. parts.Outputs.Names.Select(name => new OutputStatus(name, outputs.ErrorsOf(name), outputs.DroppedBy(name)))],
            parts.Configuration.Defaults.TotalBudgetPercent);
        _signal = parts.Trial is null ? new SignalReload(notifier, _loop, _voice) : EndOnHangup();
        _detaches = new DetachReports(logger);
        _watchdog = new Watchdog(notifier, _pump, _loop);
        _pump.Failed += () => Defect(_pump.Failure);
        _processes.Failed += () => Defect(_processes.Failure);
        _processes.Executed += execution => _resolver.Targets.Executed(execution.Pid);
        _loop.Failed += () => Defect(_loop.Failure);

        // While the kernel lets the first probe wait.
        _watching = Task.Factory.StartNew(_processes.Start, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Of the whole run.</summary>
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
        OwnImage.GiveBackPages();
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

        var rejected = _voice.Rejected == 0 ? "" : $", {_voice.Rejected} rejected";
        var filters = _packets.Board.Rules;
        var packets = filters.Count == 0 ? "" : $", {filters.Count(one => one.State == RuleState.Attached)} of {Counted.Of(filters.Count, "packet rule")} attached";
        var rules = $"{Counted.Of(_reconciler.Attached.Count, "rule")} attached, {_voice.Pending} pending{rejected}{packets}";
        _observation = new SelfObservation(_parts.Configuration, _status, _logger);
        Log.Ready(_logger, rules, _parts.Session.Way == AttachWay.Multi ? "uprobe_multi" : "perf events", _parts.RingBytes >> 10);
        _notifier.Notify(new ServiceState($"READY=1\nSTATUS={rules}"));
        if (_parts.Trial is { } trial)
        {
            Begin(trial);
        }

        OwnImage.GiveBackPages();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _notifier.Notify(ServiceState.Stopping);
        _observation?.Dispose();
        _loop.Dispose();
        _retirement.Dispose();
        _reconciler.DetachAll();
        _packets.Stop();
        _pump.WhenDrained(SayTotals);
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

    private void Begin(Trial trial)
    {
        if (_voice.Rejected > 0)
        {
            Result = ExitCode.Failure;
            _lifetime.StopApplication();
        }
        else if (trial.Time is { } time)
        {
            _end = new Timer(_ => _lifetime.StopApplication(), null, time, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The terminal was closed.</summary>
    private PosixSignalRegistration EndOnHangup() => PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        _lifetime.StopApplication();
    });

    private void SayTotals()
    {
        foreach (var books in _reconciler.Books)
        {
            var totals = books.FinalTotals();
            _pump.Say(AgentEvents.Totals(books.Rule, totals.Counts, _clock.UtcNow));
        }

        foreach (var books in _filters.Books)
        {
            _pump.Say(AgentEvents.PacketTotals(books.Rule, books.Totals, books.Evicted, _clock.UtcNow));
        }
    }

    private void LogTotals(bool withheld)
    {
        foreach (var books in _reconciler.Books)
        {
            var totals = withheld ? books.WithheldTotals() : books.FinalTotals();
            var counts = totals.Counts;
            Log.Totals(_logger, books.Rule, Counted.Of(totals.Calls, "call"), counts.Logged, counts.Lost, counts.Others);
            if (totals.Unreturned > 0)
            {
                Log.Unreturned(_logger, books.Rule, totals.Unreturned);
            }

            if (!totals.Balances)
            {
                Log.OutOfBalance(_logger, books.Rule, totals.Calls, counts.Logged, counts.Lost, counts.Others);
            }
        }

        foreach (var books in _filters.Books)
        {
            Log.PacketTotals(_logger, books.Rule, PacketWords.Of(books.Totals), Counted.Of(books.Logged, "line"), books.Failed + (withheld ? books.Uncommitted : 0));
        }
    }

    private void Defect(Exception? failure)
    {
        Log.Defect(_logger, failure);
        Result = ExitCode.Failure;
        _lifetime.StopApplication();
    }
}
