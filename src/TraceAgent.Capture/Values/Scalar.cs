using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>A value of at most 64 bits, which is in the record itself.</summary>
    public abstract record Scalar : CaptureType
    {
        private protected Scalar()
        {
        }

        /// <summary>Bytes of a value in memory: 1, 2, 4 or 8.</summary>
        internal abstract int Width { get; }

        /// <summary>True when the value is sign-extended, false when it is zero-extended.</summary>
        internal virtual bool IsSigned => false;

        /// <summary>True when its text, without a format, never has anything that JSON escapes.</summary>
        internal virtual bool IsPlain => false;

        internal override CaptureType InExpressions => new Integer(Width, IsSigned);

        internal override bool LiesAtAddress => false;

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) =>
            new(Width < 8 ? new Expr.Extend(value, Width, IsSigned) : value, new Storage.Scalar());

        /// <summary>The bits of a value that count, widened.</summary>
        internal virtual ulong Normalise(ulong bits) => bits;

        /// <summary>Appends a value as messages show it.</summary>
        /// <param name="into">The message.</param>
        /// <param name="bits">The value, normalised.</param>
        /// <param name="format">A format that fits <see cref="CaptureType.Form"/>; null for the type's own.</param>
        internal abstract void Append(LineBuffer into, ulong bits, string? format);

        /// <summary>Appends a value as JSON: a string, unless the type says otherwise.</summary>
        internal virtual void AppendJson(LineBuffer into, ulong bits)
        {
            into.Append('"');
            var start = into.Length;
            Append(into, bits, null);
            into.EscapeJson(start);
            into.Append('"');
        }

        /// <summary>The value for sinks that are not ours: a string, unless the type says otherwise.</summary>
        internal virtual object ToObject(ulong bits)
        {
            var text = new LineBuffer();
            Append(text, bits, null);
            return text.ToString();
        }

        /// <summary>Reads the value, widened; not normalised.</summary>
        internal ulong Read(ReadOnlySpan<byte> bytes) => (Width, IsSigned) switch
        {
            (1, true) => (ulong)(sbyte)bytes[0],
            (1, false) => bytes[0],
            (2, true) => (ulong)BinaryPrimitives.ReadInt16LittleEndian(bytes),
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (4, true) => (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };

        /// <summary>Appends the number itself.</summary>
        /// <param name="into">The message.</param>
        /// <param name="bits">The value, normalised.</param>
        /// <param name="format">x, X, d, D or n, with or without a number of digits; null for decimal.</param>
        /// <param name="width">Bytes that count in hexadecimal.</param>
        /// <param name="signed">True when the bits have a sign.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static void AppendNumber(LineBuffer into, ulong bits, string? format, int width, bool signed)
        {
            if (format is ['x' or 'X', ..])
            {
                // -1 of an int is ffffffff, as C shows it.
                into.Append(width < 8 ? bits & ((1UL << (width * 8)) - 1) : bits, format);
            }
            else if (signed)
            {
                into.Append((long)bits, format);
            }
            else
            {
                into.Append(bits, format);
            }
        }

        /// <summary>The number for sinks that are not ours: many have none above 2^63 - 1, which becomes a string.</summary>
        private protected static object NumberOf(ulong bits) =>
            bits <= long.MaxValue ? (long)bits : bits.ToString(CultureInfo.InvariantCulture);
    }
}
