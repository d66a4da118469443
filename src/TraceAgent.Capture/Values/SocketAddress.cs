using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>A <c>struct sockaddr</c> of AF_INET, AF_INET6 or AF_UNIX at an address.</summary>
    public sealed record SocketAddress : Characters
    {
        /// <summary><c>sizeof(struct sockaddr_un)</c>, the largest of the three.</summary>
        private const int MaxSize = 110;

        internal override IReadOnlyList<string> Words => ["sockaddr"];

        internal override string Notation => "sockaddr";

        internal override int MaxCharacters => SocketAddressText.MaxLength;

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) => At(value, LengthAt(value), MaxSize);

        internal override bool IsText(ReadOnlySpan<byte> bytes) => SocketAddressText.IsUnix(bytes, out _, out _);

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
        {
            if (SocketAddressText.IsUnix(bytes, out var name, out var isAbstract))
            {
                var end = start;
                if (isAbstract)
                {
                    chars[end++] = '@';
                }

                end = Utf8Text.Decode(name, chars, end, ref value);
                (value.TextStart, value.TextLength) = (start, end - start);
                return end;
            }

            if (value.Outcome == Outcome.Cut && !SocketAddressText.IsWhole(bytes))
            {
                value.Outcome = Outcome.Fault;
                return start;
            }

            value.Outcome = Outcome.Ok;
            value.TextLength = SocketAddressText.Write(bytes, chars.AsSpan(start));
            return start + value.TextLength;
        }

        /// <summary>The number of bytes to read, by the family: what lies after a shorter address may not be readable.</summary>
        private static Expr.Binary LengthAt(Expr address)
        {
            const int inet = 2;
            const int inet6 = 10;
            const int inetLength = 16;
            const int inet6Length = 28;
            var family = new Expr.Load(address, 2, Signed: false);
            return Less(inet6, inet6Length, Less(inet, inetLength, new Expr.Constant(MaxSize)));

            Expr.Binary Less(int one, int length, Expr otherwise) => new(
                BinaryOperator.Subtract,
                otherwise,
                new Expr.Binary(
                    BinaryOperator.Multiply,
                    new Expr.Constant(MaxSize - length),
                    new Expr.Binary(BinaryOperator.Equal, family, new Expr.Constant(one))));
        }
    }
}
