using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>NUL-terminated UTF-16LE text at an address; at most <paramref name="Max"/> units of 2 bytes are kept.</summary>
    public sealed record Utf16(int Max) : LimitedText
    {
        internal override IReadOnlyList<string> Words => ["utf16"];

        internal override string Notation => $"utf16({Max})";

        internal override string Units => "units";

        internal override int Limit => (Bytes.Limit / 2) - 1;

        internal override int MaxCharacters => Max + 1;

        internal override LimitedText WithMax(int max) => this with { Max = max };

        /// <summary>Captures one unit more than is kept, to tell a longer text from one of exactly that length.</summary>
        public override CaptureField Capture(Expr value, Expr? length = null) => At(value, new Expr.Constant(Max + 1), Max + 1, unit: 2);

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
            Utf16Text.Decode(bytes, chars, start, ref value);
    }
}
