using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>
    /// Text at an address with its length in another value; at most <paramref name="Max"/> units are kept.
    /// </summary>
    /// <param name="Max">Units kept.</param>
    /// <param name="Unit">Bytes of a unit: 1 for UTF-8, 2 for UTF-16, 4 for UTF-32.</param>
    public sealed record CountedText(int Max, int Unit = 1) : LimitedText
    {
        internal override string Notation => $"{(Unit == 1 ? "string" : $"utf{8 * Unit}")} with a length, at most {Max}";

        internal override int Limit => Bytes.Limit / Unit;

        internal override bool HasLength => true;

        internal override int MaxCharacters => CharactersOf(Max, Unit);

        internal override LimitedText WithMax(int max) => this with { Max = max };

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) =>
            new(value, new Storage.Bytes(length ?? new Expr.Constant(Max), Max, Unit));

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
            Decode(bytes, chars, start, Unit, ref value);

        /// <summary>The maximum number of UTF-16 units of a text.</summary>
        internal static int CharactersOf(int units, int unit) => unit == 4 ? 2 * units : units;

        /// <summary>Decodes a text in which a NUL is no end, and returns where its characters end.</summary>
        internal static int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, int unit, ref DecodedValue value) => unit switch
        {
            2 => Utf16Text.DecodeWhole(bytes, chars, start, ref value),
            4 => Utf32Text.DecodeWhole(bytes, chars, start, ref value),
            _ => Utf8Text.DecodeWhole(bytes, chars, start, ref value),
        };
    }
}
