using System.Buffers.Binary;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Events.Processes;

/// <summary>
/// The comm of the thread that hit. Most events have the same as the one before them, so it is decoded only when it changes.
/// </summary>
public sealed class ThreadName
{
    private readonly byte[] _bytes = new byte[RecordLayout.CommSize];
    private readonly char[] _chars = new char[RecordLayout.CommSize];
    private int _length;

    /// <summary>The name as the kernel has it: up to its NUL, padded.</summary>
    public UInt128 Bytes { get; private set; }

    public ReadOnlySpan<char> Text => _chars.AsSpan(0, _length);

    public void Set(UInt128 bytes)
    {
        if (bytes != Bytes)
        {
            Bytes = bytes;
            BinaryPrimitives.WriteUInt128LittleEndian(_bytes, bytes);
            var value = default(DecodedValue);
            _length = Utf8Text.Decode(_bytes, _chars, 0, ref value);
        }
    }
}
