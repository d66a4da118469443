using System.Buffers.Binary;
using System.Text;
using TraceAgent.Capture.Plans;

namespace TraceAgent.EndToEnd;

/// <summary>A record as the kernel wrote it, read by its layout.</summary>
internal sealed record KernelRecord(byte[] Bytes)
{
    public EventKind Kind => (EventKind)BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan(RecordLayout.KindOffset));

    public int Pid => BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(RecordLayout.PidTidOffset + 4));

    public long Site => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(RecordLayout.SiteOffset));

    public long TimeNs => LongAt(RecordLayout.TimeOffset);

    public long DurationNs => LongAt(RecordLayout.DurationOffset);

    public string Comm => Encoding.UTF8.GetString(Bytes.AsSpan(RecordLayout.CommOffset, RecordLayout.CommSize)).TrimEnd('\0');

    /// <summary>The values of all fields: a <see cref="long"/>, a <see cref="string"/>, or the outcome when there is no value.</summary>
    public IReadOnlyList<object> Values(RecordLayout layout)
    {
        Assert.Equal(layout.Size, Bytes.Length);
        return [.. layout.Fields.Select(Value)];
    }

    private object Value(FieldSlot slot)
    {
        var outcome = slot.OutcomeIn(Bytes);
        if (outcome is Outcome.Null or Outcome.Fault)
        {
            return outcome;
        }

        if (slot.Storage is not Storage.Text)
        {
            return LongAt(slot.Offset);
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(slot.Offset));
        var text = Encoding.Latin1.GetString(Bytes.AsSpan(slot.Offset + Storage.HeadSize, length));
        return outcome == Outcome.Truncated ? $"{text}…" : text;
    }

    private long LongAt(int offset) => BinaryPrimitives.ReadInt64LittleEndian(Bytes.AsSpan(offset));
}
