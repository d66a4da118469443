using TraceAgent.Bpf.Compiler;
using TraceAgent.Engine.Counters;
using TraceAgent.Events.Shapes;

namespace TraceAgent.Engine.RingReading;

/// <summary>The reader's view of the probe in a slot. The shape is swapped as a whole; records are decoded with the current one.</summary>
public sealed class ProbeSlot(EventShape shape, RuleCounters counters)
{
    private volatile EventShape _shape = shape;

    public EventShape Shape
    {
        get => _shape;
        set => _shape = value;
    }

    public RuleCounters Counters { get; } = counters;
}

/// <summary>Maps the slot in a record to its probe. Written by the reconciler, read for every event.</summary>
public sealed class SlotTable
{
    private readonly ProbeSlot?[] _slots = new ProbeSlot?[ControlLayout.Slots];

    public ProbeSlot? this[uint slot]
    {
        get => slot < (uint)_slots.Length ? Volatile.Read(ref _slots[slot]) : null;
        set => Volatile.Write(ref _slots[slot], value);
    }
}
