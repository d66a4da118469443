using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf.Programs;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Configuration;
using TraceAgent.Engine.AutoDetach;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.ProcessTracking;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Targets;
using TraceAgent.Engine.Watching;
using TraceAgent.Logging;

namespace TraceAgent.Hosting;

/// <summary>The module from rule files to what is attached.</summary>
internal sealed class RuleEngine : IHostedService, IDisposable
{
    private readonly AgentParts _parts;
    private readonly EventPipeline _pipeline;
    private readonly ILogger _logger;
    private readonly DetachQueue _detachQueue;
    private readonly Reconciler _reconciler;
    private readonly ProbeResolver _resolver;
    private readonly ComparisonQueue _comparisons;
    private readonly IDisposable _hangup;
    private readonly DetachReports _detaches;
    private readonly Lazy<Task<HitCost>> _cost;

    public RuleEngine(
        AgentParts parts, EventPipeline pipeline, PacketEngine packets, (AgentRun Run, ISystemdNotifier Notifier) host, ILogger logger)
    {
        (_parts, _pipeline, _logger) = (parts, pipeline, logger);
        _cost = new Lazy<Task<HitCost>>(() => Task.Run(MeasureHits));
        Reporter = new AgentReporter(logger, pipeline.Pump, pipeline.Clock);

        // As soon as there can be durations, and not before: measuring would delay the first rule.
        Reporter.OnCallsTraced += () => _ = _cost.Value;
        _detachQueue = new DetachQueue(parts.Session, pipeline.Slots, pipeline.Pump);
        var folders = parts.Configuration.DebugFolders;
        _reconciler = new Reconciler(
            parts.Session, new ProbeAttacher(parts.Session, pipeline.Slots, folders), _detachQueue, pipeline.Rules, Table)
        { Listener = Reporter };
        var followed = Follow(parts, pipeline, logger);
        var permitted = new PermittedBinaries(() => followed?.Binaries ?? parts.Configuration.Binaries);
        _resolver = new ProbeResolver(
            new SeccompReturns(() => SeccompProbe.ReturnsAreFatal(parts.Session.AttachMethod)), permitted, folders,
            parts.Configuration.DebugServer is var (server, cache) ? new DebugFetches(new DebugServer(server, cache)) : null);
        _comparisons = new ComparisonQueue(new SourceComparison(folders), Reporter.Contradicted);
        var harm = new HarmGuard();
        Loop = new ReconcileLoop(new ReconcileParts
        {
            Source = parts.Rules,
            Rules = new LastValidRules(_resolver, new PrefixSource(parts.Trust), () => followed?.OutputNames),
            Targets = _resolver.Targets,
            Reconciler = _reconciler,
            Maintenance = new ProbeMaintenance(Table, Reporter, parts.Session.SeesAllProcesses),
            Guard = Guard(harm),
            Listener = Reporter,
            Table = Table,
            Comparisons = _comparisons,
            Packets = packets.Controller,
            Configuration = followed,
            EverySecond = pipeline.Processes.WakeForNotices,
            ForgetGone = () => pipeline.ForgetGone(name => Table.Find(name) is not null, name => packets.Table.Find(name) is not null),
            Permitted = permitted,
            Crashes = parts.Crashes,
        });
        Loop.Failed += () => host.Run.EndByDefect(Loop.Failure);
        harm.Suspected += Loop.Wake;
        pipeline.Processes.Notices.Signalled += harm.Take;
        pipeline.Processes.Notices.Ended += harm.Take;
        pipeline.Processes.Notices.Executed += Executed;
        _hangup = host.Run.IsLimited ? EndOnHangup(host.Run) : new SignalReload(host.Notifier, Loop, Reporter);
        _detaches = new DetachReports(logger);
    }

    public AgentReporter Reporter { get; }

    public RuleTable Table { get; } = new();

    public ReconcileLoop Loop { get; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Loop.Start();
        if (_parts.Crashes?.Problem is { } trouble)
        {
            Log.NoState(_logger, trouble);
        }

        foreach (var path in _parts.Rules.WithoutFiles)
        {
            Log.NoRuleFiles(_logger, path);
        }

        _pipeline.Processes.AwaitSignals();
        return Task.CompletedTask;
    }

    /// <summary>Detaches everything: when this returns no handler runs any more, and the kernel's counters do not change.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Loop.Dispose();
        _comparisons.Dispose();
        _detachQueue.Dispose();
        _reconciler.DetachAll();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _hangup.Dispose();
        _detaches.Dispose();
        _resolver.Dispose();
    }

    private static FollowedConfiguration? Follow(AgentParts parts, EventPipeline pipeline, ILogger logger) =>
        parts.File is null ? null : new FollowedConfiguration(
            parts.File,
            parts.FollowsOutputs,
            next => pipeline.Pump.BetweenBatches(() => parts.Outputs.Exchange(next)),
            new ConfigurationReporter(logger),
            parts.Trust);

    /// <summary>Ends the run when the terminal is closed.</summary>
    private static PosixSignalRegistration EndOnHangup(AgentRun run) => PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        run.End();
    });

    private HitCost MeasureHits()
    {
        var cost = HitCost.Measure(_parts.Session.AttachMethod);
        _pipeline.SetAdded(cost.Added);
        return cost;
    }

    private RuleGuard Guard(HarmGuard harm) => new(
        _cost,
        new ProgramRunTimes(RunStatistics.TryOpen, () => Log.NoRunStatistics(_logger)),
        _parts.Configuration.Defaults.TotalBudgetPercent, harm, Table)
    {
        Listener = Reporter,
        TakeHits = _parts.Session.TakeHits,
    };

    private void Executed(Execution execution)
    {
        if (_resolver.Targets.Executed(execution.Pid))
        {
            Loop.Wake();
        }
    }
}
