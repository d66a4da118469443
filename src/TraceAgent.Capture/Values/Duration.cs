using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>A length of time in ns.</summary>
    public sealed record Duration : Scalar
    {
        internal override IReadOnlyList<string> Words => ["duration"];

        internal override int Width => 8;

        internal override bool IsPlain => true;

        internal override string Notation => "duration";

        internal override ValueForm Form => ValueForm.Duration;

        internal override CaptureType InExpressions => this;

        internal override void Append(LineBuffer into, ulong bits, string? format) => DurationText.Append(into, bits, format);

        internal override void AppendJson(LineBuffer into, ulong bits) => into.AppendJson(bits);

        internal override object ToObject(ulong bits) => NumberOf(bits);
    }
}
