using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>UTF-8 text at an address with its length in another value; at most <paramref name="Max"/> bytes are kept.</summary>
    public sealed record CountedText(int Max) : LimitedText
    {
        internal override string Notation => $"string with a length, at most {Max}";

        internal override bool HasLength => true;

        internal override int MaxCharacters => Max;

        internal override LimitedText WithMax(int max) => this with { Max = max };

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) =>
            new(value, new Storage.Bytes(length ?? new Expr.Constant(Max), Max));

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
            Utf8Text.DecodeWhole(bytes, chars, start, ref value);
    }
}
