using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>
    /// The object of a text at an address, <paramref name="Size"/> bytes large: the address of the text, and in the next 8 bytes
    /// its length. So have it <c>std::string</c> of libstdc++ (32 bytes), and <c>string</c> of Go and <c>&amp;str</c> of Rust
    /// (16 bytes). At most <paramref name="Max"/> bytes of the text are kept.
    /// </summary>
    public sealed record TextObject(int Size, int Max) : LimitedText
    {
        public const int StandardStringSize = 32;

        public const int PairSize = 16;

        internal override IReadOnlyList<string> Words => Size == StandardStringSize ? ["std::string"] : ["go.string", "rust.str"];

        internal override string Notation => Size == StandardStringSize ? $"std::string({Max})" : $"string object({Max})";

        internal override bool HasLength => true;

        internal override int MaxCharacters => Max;

        internal override LimitedText WithMax(int max) => this with { Max = max };

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null)
        {
            var behind = new Expr.Binary(BinaryOperator.Add, value, new Expr.Constant(8));
            return new CaptureField(
                new Expr.Load(value, 8, Signed: false),
                new Storage.Bytes(new Expr.Load(behind, 8, Signed: true), Max) { NullWhenZero = value });
        }

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
            Utf8Text.DecodeWhole(bytes, chars, start, ref value);
    }
}
