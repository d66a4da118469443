using TraceAgent.Engine;
using TraceAgent.Engine.Packets;

namespace TraceAgent.Status;

/// <summary>What became of one packet rule, and what it counted.</summary>
internal sealed record PacketRuleStatus
{
    /// <summary>Its name.</summary>
    public required string Rule { get; init; }

    /// <summary>In lower case, of <see cref="RuleState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it is not attached, or what is not as it should be.</summary>
    public string? Reason { get; init; }

    /// <summary>File and line of its name.</summary>
    public string? Place { get; init; }

    /// <summary>As the rule names it.</summary>
    public string? Interface { get; init; }

    /// <summary>That it is attached to now.</summary>
    public required IReadOnlyList<InterfaceStatus> Interfaces { get; init; }

    /// <summary>Nothing is dropped.</summary>
    public bool DryRun { get; init; }

    /// <summary>Networks in force, those of its file included.</summary>
    public int Denied { get; init; }

    /// <summary>Networks in force, those of its file included.</summary>
    public int Allowed { get; init; }

    /// <summary>passed + dropped + spared + not IP + malformed.</summary>
    public long Packets { get; init; }

    /// <summary>Of whole frames.</summary>
    public long Bytes { get; init; }

    /// <summary>IP packets of sources that are not denied.</summary>
    public long Passed { get; init; }

    /// <summary>Of denied sources.</summary>
    public long Dropped { get; init; }

    /// <summary>Would have been dropped, but for the dry run.</summary>
    public long Spared { get; init; }

    /// <summary>Passed.</summary>
    public long NotIp { get; init; }

    /// <summary>Passed.</summary>
    public long Malformed { get; init; }

    /// <summary>How often a source had to make room for another one.</summary>
    public long Evicted { get; init; }

    /// <summary>Lines that all outputs took.</summary>
    public long Logged { get; init; }

    /// <summary>Lines that an output did not take.</summary>
    public long Lost { get; init; }
}
