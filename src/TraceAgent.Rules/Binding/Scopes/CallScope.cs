using TraceAgent.Capture.Abi;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>The places of a calling convention, which have arguments and results by number: C's and Go's.</summary>
internal sealed class CallScope(CallAbi abi) : PlaceScope(abi)
{
    /// <inheritdoc/>
    public override SiteValue Argument(int index) => SiteValue.Of(abi.Argument(index));

    /// <inheritdoc/>
    public override SiteValue Result(int index) => SiteValue.Of(abi.Result(index));
}
