using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>NUL-terminated UTF-8 text at an address; at most <paramref name="Max"/> bytes are kept.</summary>
    public sealed record Text(int Max) : LimitedText
    {
        internal override IReadOnlyList<string> Words => ["string"];

        internal override string Notation => $"string({Max})";

        internal override int MaxCharacters => Max;

        internal override LimitedText WithMax(int max) => this with { Max = max };

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) => new(value, new Storage.Text(Max));

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
            Utf8Text.Decode(bytes, chars, start, ref value);
    }
}
