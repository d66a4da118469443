using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Configuration;
using TraceAgent.Events;
using TraceAgent.Outputs;
using TraceAgent.Reading;
using TraceAgent.Reconciling;
using TraceAgent.Status;
using TraceAgent.Watching;

namespace TraceAgent.Hosting;

/// <summary>What a run of the agent is made of, before it starts.</summary>
internal sealed record AgentParts(BpfSession Session, OutputSet Outputs, IReadOnlyList<string> RulePaths, int RingBytes, AgentConfiguration Configuration);

/// <summary>The pipeline, started and stopped in its order.</summary>
internal sealed class Agent : IHostedService, IDisposable
{
    /// <summary>How long an output may hold up the end.</summary>
    private static readonly TimeSpan LastCommit = TimeSpan.FromSeconds(5);

    private readonly AgentParts _parts;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ISystemdNotifier _notifier;
    private readonly ILogger _logger;
    private readonly WallClock _clock = new();
    private readonly EventPump _pump;
    private readonly ProcessWatch? _processes;
    private readonly RuleSource _source;
    private readonly Reconciler _reconciler;
    private readonly ProbeResolver _resolver;
    private readonly Retirement _retirement;
    private readonly AgentVoice _voice;
    private readonly ReconcileLoop _loop;
    private readonly SignalReload _signal;
    private readonly Watchdog _watchdog;
    private readonly StatusSource _status;
    private SelfObservation? _observation;

    public Agent(AgentParts parts, IHostApplicationLifetime lifetime, ISystemdNotifier notifier, ILogger<Agent> logger)
    {
        (_parts, _lifetime, _notifier, _logger) = (parts, lifetime, notifier, logger);
        var slots = new SlotTable();
        var outputs = new OutputVoice(logger, () => Stopwatch.GetElapsedTime(0));
        outputs.OnReaderGone += lifetime.StopApplication;
        IReadOnlyList<RuleBooks> Books() => _reconciler!.Books;
        var reports = new LossReports(Books, _clock);
        _processes = ProcessWatch.TryOpen(logger, action => _pump!.WhenDrained(action));
        _pump = new EventPump(
            parts.Session.Ring, slots, new EventDecoder(_clock, new ProcessNames(_processes), new CgroupNames()), _clock, parts.Outputs, outputs.Committed, reports.Due);
        _voice = new AgentVoice(logger, _pump, _clock);
        _retirement = new Retirement(parts.Session, slots, _pump);
        _reconciler = new Reconciler(parts.Session, slots, _retirement, _voice);
        _source = new RuleSource(parts.RulePaths, defaults: parts.Configuration.Defaults);
        _resolver = new ProbeResolver(new SeccompReturns(() => SeccompTrial.ReturnsAreFatal(parts.Session.Way)));
        var board = new StandingBoard();
        var upkeep = new ProbeUpkeep(_reconciler.Attached, _voice);
        var programs = new ProgramTimes(RunStatistics.TryOpen, () => Log.NoRunStatistics(logger));
        var guard = new RuleGuard(
            () => HitCost.Measure(parts.Session.Way), programs, parts.Configuration.Defaults.TotalBudgetPercent, _voice);
        _loop = new ReconcileLoop(_source, new AcceptedRules(_resolver), _resolver.Targets, _reconciler, upkeep, guard, _voice, board);
        _status = new StatusSource(
            board,
            Books,
            parts.Session.Ring,
            parts.Session.Way,
            () => [.. parts.Outputs.Names.Select(name => new OutputStatus(name, outputs.ErrorsOf(name)))],
            parts.Configuration.Defaults.TotalBudgetPercent);
        _signal = new SignalReload(notifier, _loop, _voice);
        _watchdog = new Watchdog(notifier, _pump, _loop);
        _pump.Failed += () => Defect(_pump.Failure);
        if (_processes is { } processes)
        {
            processes.Failed += () => Defect(processes.Failure);
            processes.Executed += execution => _resolver.Targets.Executed(execution.Pid);
        }

        _loop.Failed += () => Defect(_loop.Failure);
    }

    /// <summary>Of the whole run.</summary>
    public int Result { get; private set; } = ExitCode.Fine;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _processes?.Start();
        _pump.Start();
        _loop.Start();
        foreach (var path in _source.WithoutFiles)
        {
            Log.NoRuleFiles(_logger, path);
        }

        var rejected = _voice.Rejected == 0 ? "" : $", {_voice.Rejected} rejected";
        var rules = $"{Counted.Of(_reconciler.Attached.Count, "rule")} attached, {_voice.Pending} pending{rejected}";
        _observation = new SelfObservation(_parts.Configuration, _status, _logger);
        Log.Ready(_logger, rules, _parts.Session.Way == AttachWay.Multi ? "uprobe_multi" : "perf events", _parts.RingBytes >> 10);
        _notifier.Notify(new ServiceState($"READY=1\nSTATUS={rules}"));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _notifier.Notify(ServiceState.Stopping);
        _observation?.Dispose();
        _loop.Dispose();
        _retirement.Dispose();
        _reconciler.DetachAll();
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

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _signal.Dispose();
        _watchdog.Dispose();
        _resolver.Dispose();
        _pump.Dispose();
        _processes?.Dispose();
    }

    private void SayTotals()
    {
        foreach (var books in _reconciler.Books)
        {
            var totals = books.FinalTotals();
            _pump.Say(AgentEvents.Totals(books.Rule, totals.Counts, _clock.UtcNow));
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
    }

    private void Defect(Exception? failure)
    {
        Log.Defect(_logger, failure);
        Result = ExitCode.Failure;
        _lifetime.StopApplication();
    }
}
