using TraceAgent.Capture.Abi;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>The places of USDT notes, which have arguments by number, each with a type of its own.</summary>
internal sealed class UsdtScope(UsdtSiteAbi abi) : PlaceScope(abi)
{
    /// <inheritdoc/>
    public override SiteValue Argument(int index) =>
        index < abi.Operands.Count ? abi.Operands[index] : SiteValue.Missing(abi.Operands.Count switch
        {
            0 => "the probe has none",
            1 => "the probe has 1",
            var count => $"the probe has {count}",
        });

    /// <summary>No value: only the entry of a USDT probe can be followed.</summary>
    public override SiteValue Result(int index) => SiteValue.Of(null);
}
