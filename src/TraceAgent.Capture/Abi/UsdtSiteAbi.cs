using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Abi;

/// <summary>The operands that the compiler wrote beside a USDT probe.</summary>
/// <param name="Architecture">The architecture whose registers the operands name.</param>
/// <param name="Operands">The operands in the order of the arguments, each widened from its own size by its own sign.</param>
public sealed record UsdtSiteAbi(Architecture Architecture, EquatableArray<SiteValue> Operands) : SiteAbi(Architecture);
