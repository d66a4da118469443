using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>How a packet rule was at one moment, without its counters. Immutable.</summary>
/// <param name="Rule">As it is in force.</param>
/// <param name="State">Then.</param>
/// <param name="Reason">Why it is not attached, or what is not as it should be.</param>
public sealed record PacketRuleSnapshot(PacketRule Rule, RuleState State, string? Reason)
{
    /// <summary>Interfaces, and the modes in force on them.</summary>
    public IReadOnlyList<InterfaceStatus> Attached { get; init; } = [];

    /// <summary>Prefixes in force.</summary>
    public int Denied { get; init; }

    /// <summary>Prefixes in force.</summary>
    public int Allowed { get; init; }
}
