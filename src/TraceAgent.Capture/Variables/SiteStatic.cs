namespace TraceAgent.Capture.Variables;

/// <summary>A variable that is not of one call: global, static or thread-local, as the code at a site sees it by its name.</summary>
/// <param name="Name">The name without a namespace.</param>
/// <param name="Type">The index of its type; null when debug information does not say it.</param>
/// <param name="Place">The location of its value.</param>
public sealed record SiteStatic(string Name, int? Type, LocationPiece Place)
{
    /// <summary>
    /// The variables of this name, when nothing says which of them is meant: where each is declared. Empty when it is clear.
    /// </summary>
    public EquatableArray<string> Candidates { get; init; }

    /// <summary>Why it cannot be read, in a few words; null when it can, or its place says it.</summary>
    public string? WhyMissing { get; init; }
}
