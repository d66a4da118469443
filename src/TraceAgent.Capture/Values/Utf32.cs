using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>NUL-terminated UTF-32LE text at an address; at most <paramref name="Max"/> units of 4 bytes are kept.</summary>
    public sealed record Utf32(int Max) : LimitedText
    {
        internal override IReadOnlyList<string> Words => ["utf32"];

        internal override string Notation => $"utf32({Max})";

        internal override string Units => "units";

        internal override int Limit => (Bytes.Limit / 4) - 1;

        internal override int MaxCharacters => CountedText.CharactersOf(Max + 1, 4);

        internal override LimitedText WithMax(int max) => this with { Max = max };

        /// <summary>Captures one unit more than is kept, to tell a longer text from one of exactly that length.</summary>
        public override CaptureField Capture(Expr value, Expr? length = null) => At(value, new Expr.Constant(Max + 1), Max + 1, unit: 4);

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
            Utf32Text.Decode(bytes, chars, start, ref value);
    }
}
