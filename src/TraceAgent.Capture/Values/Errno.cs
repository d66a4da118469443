using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>
    /// An error number of the C library: negative numbers of system calls count as positive. Shown as name and text; in JSON a number,
    /// with its name beside it.
    /// </summary>
    public sealed record Errno : Scalar
    {
        internal override IReadOnlyList<string> Words => ["errno"];

        internal override int Width => 4;

        internal override bool IsSigned => true;

        internal override string Notation => "errno";

        internal override ValueForm Form => ValueForm.NamedNumber;

        internal override ulong Normalise(ulong bits) => (ulong)ErrorNames.Normalise((long)bits);

        internal override void Append(LineBuffer into, ulong bits, string? format)
        {
            if (format is null && ErrorNames.Find((long)bits) is { } name)
            {
                into.Append(name);
                into.Append(" ("u8);
                into.Append(ErrorNames.Describe((long)bits));
                into.Append(')');
            }
            else
            {
                AppendNumber(into, bits, format, Width, signed: true);
            }
        }

        internal override void AppendJson(LineBuffer into, ulong bits) => into.Append((long)bits);

        internal override object ToObject(ulong bits) => (long)bits;
    }
}
