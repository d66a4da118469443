using System.Buffers.Binary;
using TraceAgent.Bpf.Ring;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.Decoding;

namespace TraceAgent.Engine.RingReading;

/// <summary>Decodes records and writes their lines into the batch. Used by the reader's thread.</summary>
/// <param name="slots">The probes by the slots in their records.</param>
/// <param name="decoder">Decodes records.</param>
/// <param name="batch">Takes the lines.</param>
public sealed class LineWriter(SlotTable slots, EventDecoder decoder, LineBatch batch) : IRecordConsumer
{
    public LineBatch Batch => batch;

    /// <summary>The limit above which events are not written; null for none.</summary>
    public EventQuota? Quota { get; init; }

    /// <inheritdoc/>
    public bool Take(ReadOnlySpan<byte> record)
    {
        var slot = record.Length >= RecordLayout.HeaderSize
            ? slots[BinaryPrimitives.ReadUInt16LittleEndian(record[RecordLayout.SlotOffset..])]
            : null;
        if (slot is null)
        {
            return true;
        }

        if (Quota is { IsUsedUp: true })
        {
            slot.Counters.OverQuota();
            return true;
        }

        var shape = slot.Shape;
        if (decoder.Decode(record, shape) is { } line)
        {
            batch.Write(line, slot.Counters, shape.Output);
            Quota?.Use();
            slot.Counters.EventRead(line);
        }
        else
        {
            batch.Reject(slot.Counters);
        }

        return !batch.IsFull;
    }
}
