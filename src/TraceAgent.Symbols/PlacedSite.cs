using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;

namespace TraceAgent.Symbols;

/// <summary>A site that may be probed, and where its values are.</summary>
internal sealed record PlacedSite(SiteAbi Abi, ProbeSite Site)
{
    /// <summary>The function that is entered there, and those that it leaves to by a jump.</summary>
    public IReadOnlyList<FunctionRange> Functions { get; init; } = [];

    /// <summary>The instructions that show, in functions that it leaves to, whether these were called or jumped to.</summary>
    public IReadOnlyList<ExitSite> Guards { get; init; } = [];

    /// <summary>The functions that it leaves to where that cannot be seen.</summary>
    public IReadOnlyList<FunctionRange> Unguarded { get; init; } = [];

    /// <summary>The function that holds the site; null when it is unknown.</summary>
    public FunctionRange? Function { get; init; }
}
