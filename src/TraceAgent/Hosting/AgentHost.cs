using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Events.Outputs;
using TraceAgent.Linux;

namespace TraceAgent.Hosting;

/// <summary>Opens what the agent needs, and runs it until a signal ends it or it ends by itself.</summary>
internal static class AgentHost
{
    /// <param name="destinations">The destinations of the events.</param>
    /// <param name="ringBytes">A power of two, at least a page.</param>
    /// <param name="waits">The processes whose pages programs wait for.</param>
    /// <param name="reporter">The provider of the agent's own logger.</param>
    /// <param name="partsOf">Makes the parts from what was opened.</param>
    /// <returns>The exit code. What stood in the way is reported.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<OutputConfiguration> destinations, int ringBytes, WaitPolicy waits, ILoggerProvider reporter,
        Func<BpfSession, OutputSet, AgentParts> partsOf)
    {
        if (KernelOverrides.Read(Environment.GetEnvironmentVariable, out var problem) is not { } choices)
        {
            return CommandError.Write(ExitCode.Usage, problem!);
        }

        try
        {
            using var outputs = OutputSet.Open(destinations);
            using var session = BpfSession.Begin(ringBytes, choices.Method, choices.Sleepable == false ? WaitPolicy.None : waits);
            return await HostAsync(partsOf(session, outputs), reporter).ConfigureAwait(false);
        }
        catch (OutputException refusal)
        {
            return CommandError.Write(ExitCode.Failure, refusal.Message);
        }
        catch (KernelException refusal)
        {
            return CommandError.Write(ExitCode.NotPermitted, refusal.Message);
        }
    }

    /// <summary>Makes the four modules by hand; they start in this order and stop in the reverse one.</summary>
    private static async Task<int> HostAsync(AgentParts parts, ILoggerProvider reporter)
    {
        using var loggers = new LoggerFactory([reporter]);
        var logger = loggers.CreateLogger(nameof(TraceAgent));
        var lifetime = new ApplicationLifetime(new Logger<ApplicationLifetime>(loggers));
        using var run = new AgentRun(parts.RunLimits, lifetime, logger);
        var host = (run, (ISystemdNotifier)new SystemdNotifier());
        using var pipeline = new EventPipeline(parts, run, logger);
        var packets = new PacketEngine(pipeline, logger);
        using var rules = new RuleEngine(parts, pipeline, packets, host, logger);
        using var status = new StatusEndpoints(parts, pipeline, (rules, packets), host, logger);
        pipeline.FollowProcesses();
        using var service = Build([pipeline, packets, rules, status], lifetime, loggers);
        parts.Session.AwaitAttachable();
        await service.RunAsync().ConfigureAwait(false);
        return run.Result;
    }

    private static IHost Build(IReadOnlyList<IHostedService> modules, IHostApplicationLifetime lifetime, ILoggerFactory loggers)
    {
        // No service that the container would have to make: it takes milliseconds and 2 MB for those of open generic types. The
        // validator at the start is there for the metrics of the runtime, which nobody subscribes to here (MetricsServiceExtensions).
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.RemoveAll<IStartupValidator>();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(lifetime);
        builder.Services.AddSingleton(Options.Create(new HostOptions { ShutdownTimeout = TimeSpan.FromSeconds(20) }));
        builder.Services.AddSingleton(Options.Create(new ConsoleLifetimeOptions()));
        foreach (var module in modules)
        {
            builder.Services.AddSingleton(module);
        }

        return builder.Build();
    }
}
