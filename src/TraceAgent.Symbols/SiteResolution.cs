using TraceAgent.Capture;
using TraceAgent.Capture.Abi;

namespace TraceAgent.Symbols;

/// <summary>The sites to which the request leads, or why it leads nowhere.</summary>
/// <param name="Groups">Sites that are safe to probe, by where their values are; empty when there is a refusal.</param>
/// <param name="Problems">Refusals and warnings, in the words of the user.</param>
public sealed record SiteResolution(
    EquatableArray<SiteGroup> Groups,
    EquatableArray<SiteProblem> Problems)
{
    /// <summary>The maximum number of sites of a rule that does not say how many it may have.</summary>
    public const int DefaultMaxSites = 512;

    /// <summary>The maximum number that a rule may say.</summary>
    public const int MaxSites = 10_000;

    /// <summary>The sites of all groups.</summary>
    public IReadOnlyList<ProbeSite> Sites => [.. Groups.SelectMany(group => group.Sites)];
}

/// <summary>Sites of one binary that share where their values are.</summary>
/// <param name="Abi">The ABI; no two groups of a resolution have the same.</param>
/// <param name="Sites">The sites, at least one.</param>
public sealed record SiteGroup(SiteAbi Abi, EquatableArray<ProbeSite> Sites);

/// <param name="Code"><c>TA2</c> and two digits.</param>
/// <param name="Refused">True when the site must not be probed; false for a warning.</param>
/// <param name="Message">The problem, in one sentence without a full stop.</param>
/// <param name="Hint">The remedy, such as the nearest names or the nearest safe offset.</param>
public sealed record SiteProblem(string Code, bool Refused, string Message, string? Hint = null);
