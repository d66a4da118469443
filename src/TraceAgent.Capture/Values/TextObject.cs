using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>The object of a text at an address; at most <paramref name="Max"/> units of the text are kept.</summary>
    public sealed record TextObject(TextLayout Layout, int Max) : LimitedText
    {
        internal override IReadOnlyList<string> Words => Layout.Words;

        internal override string Notation => $"{Layout.Notation}({Max})";

        internal override string Units => Layout.Unit == 1 ? "bytes" : "units";

        internal override int Limit => Bytes.Limit / Layout.Unit;

        internal override bool HasLength => true;

        internal override int MaxCharacters => CountedText.CharactersOf(Max, Layout.Unit);

        internal override LimitedText WithMax(int max) => this with { Max = max };

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null)
        {
            return new CaptureField(
                new Expr.Load(At(Layout.Address), 8, Signed: false),
                new Storage.Bytes(new Expr.Load(At(Layout.Length), 8, Signed: true), Max, Layout.Unit) { NullWhenZero = value });

            Expr At(int offset) => offset == 0 ? value : new Expr.Binary(BinaryOperator.Add, value, new Expr.Constant(offset));
        }

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
            CountedText.Decode(bytes, chars, start, Layout.Unit, ref value);
    }
}
