namespace TraceAgent.Capture.Places;

/// <summary>The line of source that an instruction is of.</summary>
/// <param name="Place">The line.</param>
/// <param name="Functions">
/// The function that the line is of. Where the compiler inlined it, those that it was inlined into come next, outwards; the last one is
/// the function whose code the instruction is.
/// </param>
public sealed record SourceLine(SourcePlace Place, EquatableArray<string> Functions)
{
    /// <summary>The name of the file without folders, and the line: <c>cart.c:42</c>.</summary>
    public string Text => FormattableString.Invariant($"{FileName}:{Place.Line}");

    /// <summary>The name of the file without folders.</summary>
    public string FileName => Place.File[(Place.File.LastIndexOf('/') + 1)..];

    /// <summary>The name of the function that the line is of; empty when there is none.</summary>
    public string Function => Functions.Count > 0 ? Functions[0] : "";

    /// <summary>The functions in one text, each with the one that it was inlined into after it.</summary>
    public string Calls => string.Join(" < ", Functions);

    /// <summary>True when the compiler inlined the function.</summary>
    public bool IsInlined => Functions.Count > 1;
}
