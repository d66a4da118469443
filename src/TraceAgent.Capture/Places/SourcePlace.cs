namespace TraceAgent.Capture.Places;

/// <summary>A line of a source file.</summary>
/// <param name="File">The path.</param>
/// <param name="Line">1 is the first; 0 when it is not known.</param>
/// <param name="Column">1 is the first; 0 when it is not known.</param>
public sealed record SourcePlace(string File, uint Line, uint Column);
