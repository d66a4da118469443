namespace TraceAgent.Bpf.Packets;

/// <summary>
/// How the tables of a <see cref="PacketFilter"/> are made; none of it can be changed later, except <see cref="DryRun"/>.
/// </summary>
public sealed record PacketFilterOptions
{
    /// <summary>
    /// Sources of each family that are counted at a time; of those that came only once, the oldest makes room for a new one,
    /// even a little before all places are taken. About 80 bytes of kernel memory each, for each family, and 24 for each CPU.
    /// </summary>
    public int SourceCapacity { get; init; } = 65_536;

    /// <summary>The same for sources that are denied.</summary>
    public int DeniedCapacity { get; init; } = 16_384;

    /// <summary>Most prefixes of each family, denied and allowed together. Takes memory only as far as it is used.</summary>
    public int PrefixCapacity { get; init; } = 131_072;

    /// <summary>Whether packets are counted by source, and not only in all. Those of denied sources always are.</summary>
    public bool CountsSources { get; init; } = true;

    /// <summary>How it begins: see <see cref="PacketFilter.DryRun"/>.</summary>
    public bool DryRun { get; init; }
}
