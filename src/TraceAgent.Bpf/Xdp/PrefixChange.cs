namespace TraceAgent.Bpf.Xdp;

/// <summary>The numbers of prefixes that <see cref="PacketFilter.Update"/> has added and removed.</summary>
/// <param name="Added">Prefixes that are new in a table, or have changed sides. Denied ones within an allowed one are in none.</param>
/// <param name="Removed">Prefixes that are no longer in a table.</param>
public readonly record struct PrefixChange(int Added, int Removed);
