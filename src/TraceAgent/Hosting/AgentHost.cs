using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Code;
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
        if (KernelChoices.Read(Environment.GetEnvironmentVariable, out var problem) is not { } choices)
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

    private static async Task<int> HostAsync(AgentParts parts, ILoggerProvider reporter)
    {
        using var loggers = new LoggerFactory([reporter]);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

        // Each as a closed type: the container makes them of open ones at run time, which takes milliseconds and 2 MB.
        builder.Services.AddSingleton<ILoggerFactory>(loggers);
        builder.Services.AddSingleton<ILogger<Agent>>(new Logger<Agent>(loggers));
        builder.Services.AddSingleton<ILogger<ApplicationLifetime>>(new Logger<ApplicationLifetime>(loggers));
        builder.Services.AddSingleton(Options.Create(new HostOptions { ShutdownTimeout = TimeSpan.FromSeconds(20) }));
        builder.Services.AddSingleton(Options.Create(new ConsoleLifetimeOptions()));
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.Services.AddSingleton(parts);
        builder.Services.AddSingleton<Agent>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Agent>());
        using var host = builder.Build();
        var agent = host.Services.GetRequiredService<Agent>();
        parts.Session.AwaitAttachable();
        await host.RunAsync().ConfigureAwait(false);
        return agent.Result;
    }
}
