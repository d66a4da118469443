namespace TraceAgent.Bpf;

/// <summary>Probes that take hits over from others of the same rule: see <see cref="BpfSession.Switch"/>.</summary>
/// <param name="Number">The number in the marks; no other switch that is not settled has it.</param>
/// <param name="Previous">The probes that took the hits before.</param>
/// <param name="Next">The probes that take the hits now.</param>
public sealed record Switchover(uint Number, IReadOnlyList<LoadedProbe> Previous, IReadOnlyList<LoadedProbe> Next);
