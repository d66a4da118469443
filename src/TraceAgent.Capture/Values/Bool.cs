using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>A truth value: 0 is false, anything else in the lowest byte is true.</summary>
    public sealed record Bool : Scalar
    {
        internal override IReadOnlyList<string> Words => ["bool", "_Bool"];

        internal override int Width => 1;

        internal override bool IsPlain => true;

        internal override string Notation => "bool";

        internal override ValueForm Form => ValueForm.Text;

        internal override CaptureType InExpressions => this;

        internal override ulong Normalise(ulong bits) => (byte)bits == 0 ? 0UL : 1;

        internal override void Append(LineBuffer into, ulong bits, string? format)
        {
            if (format is not null)
            {
                AppendNumber(into, bits, format, Width, signed: false);
            }
            else
            {
                into.Append(bits != 0 ? "true"u8 : "false"u8);
            }
        }

        internal override void AppendJson(LineBuffer into, ulong bits) => Append(into, bits, null);

        internal override object ToObject(ulong bits) => bits != 0;
    }
}
