using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules.Binding.Captures;

namespace TraceAgent.Events.Decoding;

/// <summary>Reads the part of a record that has a value at an address.</summary>
internal static class MemoryPart
{
    /// <summary>Reads the bytes, and sets <paramref name="value"/>: its length in the traced process and its outcome.</summary>
    /// <param name="record">The whole record.</param>
    /// <param name="field">The value's place in the record.</param>
    /// <param name="start">The position where the event's texts, or numbers, go on.</param>
    /// <param name="value">The value so far.</param>
    /// <param name="bytes">The bytes; empty when there are none.</param>
    /// <returns>False when the value is missing, and <paramref name="value"/> says why.</returns>
    public static bool TryRead(ReadOnlySpan<byte> record, EventField field, int start, ref DecodedValue value, out ReadOnlySpan<byte> bytes)
    {
        value = default;
        value.Outcome = field.Slot.OutcomeIn(record);
        value.TextStart = start;
        bytes = value.IsMissing ? [] : Of(record, field.Slot, ref value);
        if (field.Part is { } part)
        {
            bytes = In(bytes, part, ref value);
        }

        return !value.IsMissing;
    }

    /// <summary>The bytes of a value in memory that was copied as a whole. What of it could not be read is missing.</summary>
    private static ReadOnlySpan<byte> In(ReadOnlySpan<byte> memory, ValuePart part, ref DecodedValue value)
    {
        if (value.IsMissing)
        {
            return [];
        }

        if (part.Offset + part.Size > memory.Length)
        {
            value.Outcome = Outcome.Fault;
            return [];
        }

        // An array says how long it is, and whether it is longer than what was kept.
        value.Bits = (ulong)part.Count;
        value.Outcome = Outcome.Ok;
        return memory.Slice(part.Offset, part.Size);
    }

    /// <summary>The bits of a scalar in memory that was copied as a whole, not normalised.</summary>
    public static ulong Scalar(ReadOnlySpan<byte> record, EventField field, ref DecodedValue value)
    {
        if (!TryRead(record, field, 0, ref value, out var bytes))
        {
            return 0;
        }

        if (field.Part is not { Bits: > 0 and var bits, Shift: var shift })
        {
            return field.Scalar.Read(bytes);
        }

        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        whole.Clear();
        bytes.CopyTo(whole);
        var top = BinaryPrimitives.ReadUInt64LittleEndian(whole) << (64 - shift - bits);
        return field.Scalar.IsSigned ? (ulong)((long)top >> (64 - bits)) : top >> (64 - bits);
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
