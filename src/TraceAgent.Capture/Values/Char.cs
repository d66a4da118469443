using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>One byte, shown as a character when it is printable ASCII, else as <c>\\x1b</c>.</summary>
    public sealed record Char : Scalar
    {
        internal override int Width => 1;

        internal override string Notation => "char";

        internal override ValueForm Form => ValueForm.NamedNumber;

        internal override CaptureType InExpressions => this;

        internal override ulong Normalise(ulong bits) => (byte)bits;

        internal override void Append(LineBuffer into, ulong bits, string? format)
        {
            if (format is not null)
            {
                AppendNumber(into, bits, format, Width, signed: false);
            }
            else if (bits is >= ' ' and <= '~')
            {
                into.Append((char)bits);
            }
            else
            {
                into.Append("\\x"u8);
                into.Append(bits, "x2");
            }
        }
    }
}
