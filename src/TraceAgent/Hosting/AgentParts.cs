using TraceAgent.Bpf;
using TraceAgent.Configuration;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.Trust;
using TraceAgent.Engine.Watching;
using TraceAgent.Events.Outputs;

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

    /// <summary>True when <see cref="File"/> is the service's, and this is another run beside it.</summary>
    public bool IsAdHoc { get; init; }

    /// <summary>Breaks crash loops; null for none.</summary>
    public CrashGuard? Crashes { get; init; }

    /// <summary>The limits of a run that ends by itself, and is over when its rule is refused; null for the service.</summary>
    public RunLimits? RunLimits { get; init; }
}

/// <summary>The limits after which a run ends.</summary>
/// <param name="Events">The number of events; null for any number.</param>
/// <param name="Time">The time; null for none.</param>
internal sealed record RunLimits(long? Events, TimeSpan? Time);
