using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>Bytes at an address, shown as hexadecimal digits; at most <paramref name="Max"/> (1 to 4,096) are kept.</summary>
    public sealed record Bytes(int Max) : CaptureType
    {
        public const int DefaultMax = 64;

        public const int Limit = 4096;

        internal override string Notation => $"bytes, at most {Max}";

        internal override ValueForm Form => ValueForm.Text;

        internal override bool HasLength => true;

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) => At(value, length ?? new Expr.Constant(Max), Max);
    }
}
