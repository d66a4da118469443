using TraceAgent.Capture;

namespace TraceAgent.Symbols;

/// <summary>A site that may be probed, and where its values are.</summary>
internal sealed record PlacedSite(SiteAbi Abi, ProbeSite Site);
