using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TraceAgent.Engine.Packets;
using TraceAgent.Linux.Host;

namespace TraceAgent.Hosting;

/// <summary>
/// The module of packet rules on their interfaces. The thread of the rules drives it, so its start is that of
/// <see cref="RuleEngine"/>.
/// </summary>
internal sealed class PacketEngine : IHostedService
{
    public PacketEngine(EventPipeline pipeline, ILogger logger)
    {
        var reporter = new PacketReporter(logger, pipeline.Pump, pipeline.Clock);
        var reports = new PacketReports(pipeline.Pump, pipeline.Clock, reporter.Evicted);
        var reconciler = new PacketReconciler(Table, pipeline.PacketRules, reports, reporter);
        Controller = new PacketController(Table, reconciler, reports, reporter, NetworkInterfaces.List);
    }

    public PacketRuleTable Table { get; } = new();

    public PacketController Controller { get; }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Detaches, and reports the last counters.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Controller.Stop();
        return Task.CompletedTask;
    }
}
