using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>An IPv4 address in network byte order in the value itself (<c>in_addr_t</c>).</summary>
    public sealed record IPv4 : Scalar
    {
        internal override IReadOnlyList<string> Words => ["ipv4", "in_addr_t"];

        internal override int Width => 4;

        internal override string Notation => "ipv4";

        internal override ValueForm Form => ValueForm.Text;

        internal override ulong Normalise(ulong bits) => (uint)bits;

        // Octets in the order of memory, which is network order, on a little-endian machine.
        internal override void Append(LineBuffer into, ulong bits, string? format)
        {
            for (var shift = 0; shift < 32; shift += 8)
            {
                if (shift > 0)
                {
                    into.Append('.');
                }

                into.Append((ulong)(byte)(bits >> shift));
            }
        }
    }
}
