using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>A packet rule as it was at one moment, without its counters. Immutable.</summary>
/// <param name="Rule">The active rule.</param>
/// <param name="State">The state at that moment.</param>
/// <param name="Reason">The reason why it is not attached, or what is not as it should be.</param>
public sealed record PacketRuleSnapshot(PacketRule Rule, RuleState State, string? Reason)
{
    /// <summary>The interfaces, and the modes that are used on them.</summary>
    public IReadOnlyList<InterfaceStatus> Attached { get; init; } = [];

    /// <summary>The number of active denied prefixes.</summary>
    public int Denied { get; init; }

    /// <summary>The number of active allowed prefixes.</summary>
    public int Allowed { get; init; }
}
