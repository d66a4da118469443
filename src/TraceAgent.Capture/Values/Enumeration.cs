using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>An integer of <paramref name="Size"/> bytes whose values have names.</summary>
    public sealed record Enumeration(int Size, EquatableArray<KeyValuePair<long, string>> Names) : Scalar
    {
        internal override int Width => Size;

        internal override bool IsSigned => true;

        internal override string Notation => "enum";

        internal override ValueForm Form => ValueForm.NamedNumber;

        internal override void Append(LineBuffer into, ulong bits, string? format)
        {
            if (format is null && NameOf(bits) is { } name)
            {
                into.Append(name);
            }
            else
            {
                AppendNumber(into, bits, format, Size, signed: true);
            }
        }

        internal override void AppendJson(LineBuffer into, ulong bits)
        {
            if (NameOf(bits) is { } name)
            {
                into.Append('"');
                into.AppendJson(name);
                into.Append('"');
            }
            else
            {
                into.Append((long)bits);
            }
        }

        internal override object ToObject(ulong bits) => NameOf(bits) as object ?? (long)bits;

        /// <summary>The name of the number; null when it has none.</summary>
        private string? NameOf(ulong bits)
        {
            foreach (var (number, name) in Names.AsSpan())
            {
                if (number == (long)bits)
                {
                    return name;
                }
            }

            return null;
        }
    }
}
