namespace TraceAgent.Bpf;

/// <summary>Probes that take hits over from others of the same rule: see <see cref="BpfSession.Switch"/>.</summary>
/// <param name="Number">Stands in the marks; no other switch that is not settled has it.</param>
/// <param name="Previous">Whose hits they were.</param>
/// <param name="Next">Whose they are.</param>
public sealed record Switchover(uint Number, IReadOnlyList<LoadedProbe> Previous, IReadOnlyList<LoadedProbe> Next);
