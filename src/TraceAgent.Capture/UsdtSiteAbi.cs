namespace TraceAgent.Capture;

/// <summary>The operands that the compiler wrote beside a USDT probe.</summary>
/// <param name="Architecture">The architecture whose registers the operands name.</param>
/// <param name="Operands">The operands in the order of the arguments, each widened from its own size by its own sign.</param>
public sealed record UsdtSiteAbi(Architecture Architecture, EquatableArray<SiteValue> Operands) : SiteAbi(Architecture)
{
    /// <inheritdoc/>
    public override SiteValue Argument(int index) => index < Operands.Count ? Operands[index] : SiteValue.Missing(Operands.Count switch
    {
        0 => "the probe has none",
        1 => "the probe has 1",
        var count => $"the probe has {count}",
    });

    /// <summary>No value: only the entry of a USDT probe can be followed.</summary>
    public override SiteValue Result(int index) => SiteValue.Of(null);
}
