using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture;
using TraceAgent.Engine;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Logging;
using TraceAgent.Status;

namespace TraceAgent.Hosting;

/// <summary>
/// The module that reports the agent's state: to whoever asks for its status or metrics, and to systemd, which hears last that it
/// is ready and first that it stops.
/// </summary>
internal sealed class StatusEndpoints : IHostedService, IDisposable
{
    private readonly AgentParts _parts;
    private readonly RuleEngine _rules;
    private readonly PacketEngine _packets;
    private readonly (AgentRun Run, ISystemdNotifier Notifier) _host;
    private readonly ILogger _logger;
    private readonly StatusSource _source;
    private readonly Watchdog _watchdog;
    private StatusListeners? _observation;

    public StatusEndpoints(
        AgentParts parts, EventPipeline pipeline, (RuleEngine Rules, PacketEngine Packets) engines,
        (AgentRun Run, ISystemdNotifier Notifier) host, ILogger logger)
    {
        (_parts, (_rules, _packets), _host, _logger) = (parts, engines, host, logger);
        _source = new StatusSource
        {
            Rules = _rules.Table,
            Counters = () => pipeline.Rules.All,
            PacketRules = _packets.Table,
            PacketCounters = () => pipeline.PacketRules.All,
            Ring = parts.Session.Ring,
            Method = () => parts.Session.AttachMethod,
            Outputs = () => [.. parts.Outputs.Names.Select(
                name => new OutputStatus(name, pipeline.Outputs.ErrorsOf(name), pipeline.Outputs.DroppedBy(name)))],
            TotalBudgetPercent = parts.Configuration.Defaults.TotalBudgetPercent,
        };
        _watchdog = new Watchdog(host.Notifier, pipeline.Pump, _rules.Loop);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var rules = Describe();
        if (_parts.File is { Source: { Text.Length: > 0 } source })
        {
            var leftOut = _parts.IsAdHoc ? "; without its outputs, metrics and state, which are the service's" : "";
            Log.Configuration(_logger, source.Path, leftOut);
        }

        _observation = new StatusListeners(_parts.Configuration, _source, _parts.Outputs.Followers, _logger);
        Log.Ready(
            _logger, rules, _parts.Session.AttachMethod == AttachMethod.Multi ? "uprobe_multi" : "perf events", _parts.RingBytes >> 10);
        _host.Notifier.Notify(new ServiceState($"READY=1\nSTATUS={rules}"));
        _host.Run.Begin(anyRejected: _rules.Table.Rejected > 0);
        ReleaseMemory();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _host.Notifier.Notify(ServiceState.Stopping);
        _observation?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _watchdog.Dispose();

    /// <summary>
    /// Gives back what only the start has needed: most of the pages of code, and the free parts of the heap, which is a third of the
    /// memory with a thousand rules. The collector would keep them for what may come.
    /// </summary>
    private static void ReleaseMemory()
    {
        ExecutablePages.ReleasePages();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private string Describe()
    {
        var rejected = _rules.Table.Rejected == 0 ? "" : $", {_rules.Table.Rejected} rejected";
        var filters = _packets.Table.Published;
        var packets = filters.Count == 0
            ? ""
            : $", {filters.Count(one => one.State == RuleState.Attached)} of {Plural.Of(filters.Count, "packet rule")} attached";
        return $"{Plural.Of(_rules.Table.Attached.Count(), "rule")} attached, {_rules.Table.Pending} pending{rejected}{packets}";
    }
}
