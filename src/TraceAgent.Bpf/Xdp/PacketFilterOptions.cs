namespace TraceAgent.Bpf.Xdp;

/// <summary>
/// The options with which the tables of a <see cref="PacketFilter"/> are made; none can be changed later, except
/// <see cref="DryRun"/>.
/// </summary>
public sealed record PacketFilterOptions
{
    /// <summary>
    /// The maximum number of sources of each family that are counted at a time; of those that came only once, the oldest is
    /// evicted for a new one, even a little before all places are taken. About 80 bytes of kernel memory each, for each family,
    /// and 24 for each CPU.
    /// </summary>
    public int SourceCapacity { get; init; } = 65_536;

    /// <summary>The maximum number of denied sources of each family that are counted at a time.</summary>
    public int DeniedCapacity { get; init; } = 16_384;

    /// <summary>
    /// The maximum number of prefixes of each family, denied and allowed together. Takes memory only as far as it is used.
    /// </summary>
    public int PrefixCapacity { get; init; } = 131_072;

    /// <summary>True when packets are counted by source, and not only in total. Packets of denied sources always are.</summary>
    public bool CountsSources { get; init; } = true;

    /// <summary>The initial value of <see cref="PacketFilter.DryRun"/>.</summary>
    public bool DryRun { get; init; }
}
