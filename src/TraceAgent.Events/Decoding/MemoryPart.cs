using System.Runtime.InteropServices;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Events.Decoding;

/// <summary>Reads the part of a record that has a value at an address.</summary>
internal static class MemoryPart
{
    /// <summary>Reads the bytes, and sets <paramref name="value"/>: its length in the traced process and its outcome.</summary>
    /// <param name="record">The whole record.</param>
    /// <param name="slot">The place of the value in the record.</param>
    /// <param name="start">The position where the event's texts, or numbers, go on.</param>
    /// <param name="value">The value so far.</param>
    /// <param name="bytes">The bytes; empty when there are none.</param>
    /// <returns>False when the value is missing, and <paramref name="value"/> says why.</returns>
    public static bool TryRead(ReadOnlySpan<byte> record, FieldSlot slot, int start, ref DecodedValue value, out ReadOnlySpan<byte> bytes)
    {
        value = default;
        value.Outcome = slot.OutcomeIn(record);
        value.TextStart = start;
        bytes = value.IsMissing ? [] : Of(record, slot, ref value);
        return !value.IsMissing;
    }

    private static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> record, FieldSlot slot, ref DecodedValue value)
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
        var there = value.Outcome == Outcome.Cut ? MemoryMarshal.Read<ushort>(head[Storage.HeadCut..]) : length * (uint)unit;
        return record.Slice(slot.Offset + Storage.HeadSize, (int)Math.Min(there, (uint)size));
    }
}
