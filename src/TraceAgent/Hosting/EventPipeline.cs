using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Engine.Counters;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.ProcessTracking;
using TraceAgent.Engine.RingReading;
using TraceAgent.Engine.State;
using TraceAgent.Events;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Processes;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Logging;

namespace TraceAgent.Hosting;

/// <summary>The module from the ring to the outputs, with the history of processes. Started first and stopped last.</summary>
internal sealed class EventPipeline : IHostedService, IDisposable
{
    /// <summary>
    /// The maximum time for which an output may take nothing at the end; one that is slow has <see cref="EventPump.Stop"/>'s
    /// multiple of it.
    /// </summary>
    private static readonly TimeSpan LastCommit = TimeSpan.FromSeconds(5);

    private readonly AgentParts _parts;
    private readonly AgentRun _run;
    private readonly ILogger _logger;
    private readonly FinalTotals _totals;
    private readonly EventDecoder _decoder;
    private readonly RemovedRules<RuleCounters> _goneRules;
    private readonly RemovedRules<PacketCounters> _gonePacketRules;
    private Task _watching = Task.CompletedTask;

    public EventPipeline(AgentParts parts, AgentRun run, ILogger logger)
    {
        (_parts, _run, _logger) = (parts, run, logger);
        Outputs = new OutputReporter(logger, () => Stopwatch.GetElapsedTime(0));
        Outputs.OnReaderGone += run.End;
        parts.Outputs.Noticed += Outputs.Noticed;
        var seesAll = parts.Session.SeesAllProcesses;
        Processes = new ProcessWatch(logger, seesAll);
        Processes.Failed += () => run.EndByDefect(Processes.Failure);
        _decoder = new EventDecoder(Clock, new ProcessNames(Processes, seesAll), new CgroupNames());
        var records = new LineWriter(Slots, _decoder, new LineBatch(parts.Outputs, Outputs.Committed)) { Quota = run.Quota };
        var reports = new PeriodicReports(new LossReports(() => Rules.All, Clock).Now);
        Pump = new EventPump(parts.Session.Ring, records, Clock, reports) { Flush = parts.Configuration.Flush };
        Pump.Failed += () => run.EndByDefect(Pump.Failure);
        _totals = new FinalTotals(this, logger);
        _goneRules = new RemovedRules<RuleCounters>(Rules);
        _gonePacketRules = new RemovedRules<PacketCounters>(PacketRules);
    }

    public WallClock Clock { get; } = new();

    /// <summary>The probes by the slots in their records.</summary>
    public SlotTable Slots { get; } = new();

    public CounterTable<RuleCounters> Rules { get; } = new(rule => new RuleCounters(rule));

    public CounterTable<PacketCounters> PacketRules { get; } = new(rule => new PacketCounters(rule));

    public OutputReporter Outputs { get; }

    public ProcessWatch Processes { get; }

    public EventPump Pump { get; }

    /// <summary>
    /// Starts to follow processes, on a thread of its own, while the kernel lets the first probe wait. Whoever wants their
    /// notices must have subscribed before.
    /// </summary>
    public void FollowProcesses() => _watching = Task.Factory.StartNew(
        () => Processes.Start(Pump.WhenDrained), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Sets what is subtracted from the durations of calls from now on.</summary>
    public void SetAdded(AddedDuration added)
    {
        foreach (var (isEmulated, atInstructions) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            _decoder.Added[isEmulated, atInstructions] = (ulong)Math.Max(0, added.Of(isEmulated, atInstructions));
        }
    }

    /// <summary>Forgets the counters of rules that have been gone for long. Their totals are reported as they are at the end.</summary>
    public void ForgetGone(Func<string, bool> isRule, Func<string, bool> isPacketRule)
    {
        var now = Stopwatch.GetElapsedTime(0);
        foreach (var counters in _goneRules.Take(isRule, now))
        {
            _totals.Enqueue(counters);
            _totals.Report(counters, withheld: false);
        }

        foreach (var counters in _gonePacketRules.Take(isPacketRule, now))
        {
            _totals.Enqueue(counters);
            _totals.Report(counters, withheld: false);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Pump.Start();
        if (_parts.Crashes?.Begin() is { } word)
        {
            Log.EndedAbnormally(_logger, word);
        }

        // Before the first hit: its process may have ended when the event is read.
        _watching.GetAwaiter().GetResult();
        Processes.AwaitComplete();
        ExecutablePages.ReleasePages();
        if (!_parts.Session.SeesAllProcesses)
        {
            Log.ProcessesHidden(
                _logger,
                "exe, ppid and cmdline are missing for processes that began before the agent, and replaced files stay probed; "
                + "give the agent the PID namespace of the host (docker run --pid=host, hostPID: true)");
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Pump.WhenDrained(_totals.Enqueue);
        var isWhole = Pump.Stop(LastCommit);
        if (!isWhole)
        {
            Log.OutputTooSlow(_logger);
        }

        _totals.Report(withheld: !isWhole);

        // After a defect of ours, the record stays open: the next run holds back what may have caused it.
        if (_run.Result == ExitCode.Fine)
        {
            _parts.Crashes?.End();
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        Pump.Dispose();
        Processes.Dispose();
    }
}
