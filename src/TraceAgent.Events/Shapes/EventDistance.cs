using System.Runtime.InteropServices;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Events.Shapes;

/// <summary>The distance in events from addresses of the file to those of the process.</summary>
internal sealed class EventDistance
{
    private readonly ulong? _always;
    private readonly FieldSlot? _slot;

    /// <param name="distance">The computation of the distance.</param>
    /// <param name="fields">The fields of the events.</param>
    /// <param name="layout">The places of the fields.</param>
    public EventDistance(Expr distance, EquatableArray<CaptureField> fields, RecordLayout layout)
    {
        _always = distance is Expr.Constant constant ? (ulong)constant.Value : null;
        var index = fields.AsSpan().IndexOf(new CaptureField(distance, new Storage.Scalar()));
        _slot = index < 0 ? null : layout.Fields[index];
    }

    /// <summary>The distance in the event of a record; null when the event does not have it.</summary>
    public ulong? In(ReadOnlySpan<byte> record) =>
        _slot is { } slot ? MemoryMarshal.Read<ulong>(record[slot.Offset..]) : _always;
}
