using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>An address, shown as <c>0x…</c>.</summary>
    public sealed record Pointer : Scalar
    {
        internal override IReadOnlyList<string> Words => ["ptr", "hex"];

        internal override int Width => 8;

        internal override bool IsPlain => true;

        internal override string Notation => "ptr";

        internal override ValueForm Form => ValueForm.Pointer;

        internal override CaptureType InExpressions => this;

        internal override void Append(LineBuffer into, ulong bits, string? format)
        {
            into.Append("0x"u8);
            into.Append(bits, format ?? "x");
        }
    }
}
