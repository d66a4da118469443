using System.Runtime.InteropServices;
using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>What a record has of a value that lies at an address.</summary>
internal static class MemoryPart
{
    /// <summary>Its bytes, and into <paramref name="value"/> how long it was in the traced process and what became of it.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> record, FieldSlot slot, ref DecodedValue value)
    {
        var head = record.Slice(slot.Offset, Storage.HeadSize);
        ulong length = MemoryMarshal.Read<uint>(head);
        var (max, unit, size) = slot.Storage switch
        {
            Storage.Text text => (text.Max, 1, text.Max),
            Storage.Bytes bytes => (bytes.Max, bytes.Unit, bytes.ReadSize),
            _ => (0, 1, 0),
        };
        if (length > (uint)max && value.Outcome == Outcome.Ok)
        {
            value.Outcome = Outcome.Truncated;
        }

        value.Bits = length;
        var there = value.Outcome == Outcome.Cut ? MemoryMarshal.Read<uint>(head[4..]) : length * (uint)unit;
        return record.Slice(slot.Offset + Storage.HeadSize, (int)Math.Min(there, (uint)size));
    }
}
