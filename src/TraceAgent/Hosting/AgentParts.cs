using TraceAgent.Bpf;
using TraceAgent.Configuration;
using TraceAgent.Engine.Sources;
using TraceAgent.Engine.Trust;
using TraceAgent.Engine.Watching;
using TraceAgent.Events.Outputs;

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
    public RunLimits? RunLimits { get; init; }
}

/// <summary>When a trial is over.</summary>
/// <param name="Events">After so many; null for any number.</param>
/// <param name="Time">After this time; null for none.</param>
internal sealed record RunLimits(long? Events, TimeSpan? Time);
