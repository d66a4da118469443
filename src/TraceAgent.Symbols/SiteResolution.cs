using TraceAgent.Capture;

namespace TraceAgent.Symbols;

/// <summary>Where the request leads, or why it leads nowhere.</summary>
/// <param name="Architecture">Of the binary; null when it could not be told.</param>
/// <param name="Sites">Safe to probe; empty when there is a refusal.</param>
/// <param name="Problems">Refusals and warnings, in the words of the user.</param>
public sealed record SiteResolution(
    Architecture? Architecture,
    EquatableArray<ProbeSite> Sites,
    EquatableArray<SiteProblem> Problems);

/// <param name="Code"><c>TA2</c> and two digits.</param>
/// <param name="Refused">True when the site must not be probed; false for a warning.</param>
/// <param name="Message">What is wrong, in one sentence without a full stop.</param>
/// <param name="Hint">What to do about it, such as the nearest names or the nearest safe offset.</param>
public sealed record SiteProblem(string Code, bool Refused, string Message, string? Hint = null);
