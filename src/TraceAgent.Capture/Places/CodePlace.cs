namespace TraceAgent.Capture.Places;

/// <summary>An instruction at which a line of source begins.</summary>
/// <param name="Address">Virtual address in the ELF file.</param>
/// <param name="Source">The line.</param>
public sealed record CodePlace(ulong Address, SourceLine Source);
