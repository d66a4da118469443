using TraceAgent.Engine;
using TraceAgent.Engine.Packets;

namespace TraceAgent.Status;

/// <summary>The status of one packet rule, with its counters.</summary>
internal sealed record PacketRuleStatus
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>The state in lower case, a <see cref="RuleState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The reason why it is not attached, or what is not as it should be.</summary>
    public string? Reason { get; init; }

    /// <summary>The file that the rule is in; null when it is in none.</summary>
    public string? File { get; init; }

    /// <summary>The line of its name in the file.</summary>
    public int? Line { get; init; }

    /// <summary>The interface as the rule names it.</summary>
    public string? Interface { get; init; }

    /// <summary>The interfaces that it is attached to now.</summary>
    public required IReadOnlyList<InterfaceStatus> Interfaces { get; init; }

    /// <summary>True for a dry run, in which nothing is dropped.</summary>
    public bool DryRun { get; init; }

    /// <summary>The number of active denied networks, those of its file included.</summary>
    public int Denied { get; init; }

    /// <summary>The number of active allowed networks, those of its file included.</summary>
    public int Allowed { get; init; }

    /// <summary>passed + dropped + spared + not IP + malformed.</summary>
    public long Packets { get; init; }

    /// <summary>The number of bytes of whole frames.</summary>
    public long Bytes { get; init; }

    /// <summary>IP packets of sources that are not denied.</summary>
    public long Passed { get; init; }

    /// <summary>Packets of denied sources that were dropped.</summary>
    public long Dropped { get; init; }

    /// <summary>Packets that would have been dropped without the dry run.</summary>
    public long Spared { get; init; }

    /// <summary>Packets that are not IP; they passed.</summary>
    public long NotIp { get; init; }

    /// <summary>Malformed packets; they passed.</summary>
    public long Malformed { get; init; }

    /// <summary>The number of times that a source was evicted for another one.</summary>
    public long Evicted { get; init; }

    /// <summary>Lines that all outputs took.</summary>
    public long Logged { get; init; }

    /// <summary>Lines that an output did not take.</summary>
    public long Lost { get; init; }
}
