using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>A value that lies at an address and is shown as characters.</summary>
    public abstract record Characters : CaptureType
    {
        private protected Characters()
        {
        }

        internal override ValueForm Form => ValueForm.Text;

        /// <summary>The maximum number of UTF-16 units that a value becomes.</summary>
        internal abstract int MaxCharacters { get; }

        /// <summary>Decodes a value, and returns where its characters end.</summary>
        /// <param name="bytes">The value's bytes, as many as are in the record.</param>
        /// <param name="chars">The destination, with room for <see cref="MaxCharacters"/>.</param>
        /// <param name="start">The position where the value's characters begin.</param>
        /// <param name="value">The value with its outcome and its length, and after that its characters.</param>
        internal abstract int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value);

        /// <summary>True when its characters are a text of the program, which may contain secrets.</summary>
        /// <param name="bytes">The same.</param>
        internal virtual bool IsText(ReadOnlySpan<byte> bytes) => false;
    }

    /// <summary>A value at an address that always has the same size.</summary>
    public abstract record MemoryObject : Characters
    {
        private protected MemoryObject()
        {
        }

        /// <summary>The size in bytes, 1 to 4,096.</summary>
        internal abstract int Width { get; }

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) => At(value, new Expr.Constant(Width), Width);

        internal override int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
        {
            if (bytes.Length < Width)
            {
                value.Outcome = Outcome.Fault;
                return start;
            }

            value.Outcome = Outcome.Ok;
            value.TextLength = Write(bytes[..Width], chars.AsSpan(start));
            return start + value.TextLength;
        }

        /// <summary>Writes a value, and returns the number of its characters.</summary>
        /// <param name="bytes">The bytes, all <see cref="Width"/> of them.</param>
        /// <param name="into">The destination, with room for <see cref="Characters.MaxCharacters"/>.</param>
        private protected abstract int Write(ReadOnlySpan<byte> bytes, Span<char> into);
    }
}
