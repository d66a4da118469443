using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>The 16 bytes of an IPv6 address at an address.</summary>
    public sealed record IPv6 : MemoryObject
    {
        internal override IReadOnlyList<string> Words => ["ipv6"];

        internal override string Notation => "ipv6";

        internal override int Width => 16;

        internal override int MaxCharacters => SocketAddressText.MaxLength;

        private protected override int Write(ReadOnlySpan<byte> bytes, Span<char> into) => SocketAddressText.WriteIPv6(bytes, 0, into);
    }
}
