using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>
    /// Scalars one after another at an address; at most <paramref name="Max"/> are kept, which are at most <see cref="Bytes.Limit"/>
    /// bytes.
    /// </summary>
    public sealed record Array(Scalar Element, int Max) : CaptureType
    {
        /// <summary>The number of elements that are kept when a rule does not say.</summary>
        public const int DefaultMax = 32;

        internal override string Notation => $"{Element.Notation}[], at most {Max}";

        internal override ValueForm Form => Element.Form;

        internal override FunctionNames? Functions => Element.Functions;

        internal override bool HasLength => true;

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) =>
            At(value, length ?? new Expr.Constant(Max), Max, Element.Width);
    }
}
