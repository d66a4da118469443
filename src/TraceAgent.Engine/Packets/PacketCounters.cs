using TraceAgent.Capture;
using TraceAgent.Engine.Reading;

namespace TraceAgent.Engine.Packets;

/// <summary>
/// A packet rule's accounts over all the filters that it has had: every packet in exactly one of five kinds, as the kernel
/// counted them, and what became of the rule's lines. Written by the thread of the rules, read by any.
/// </summary>
public sealed class PacketCounters(string rule) : LineCounters(rule)
{
    private readonly Lock _gate = new();
    private PacketTotals _closed;
    private PacketTotals _live;
    private long _closedEvicted;
    private long _liveEvicted;

    public PacketTotals Totals
    {
        get
        {
            lock (_gate)
            {
                return Sum(_closed, _live);
            }
        }
    }

    /// <summary>How often a source had to make room for another one.</summary>
    public long Evicted => Volatile.Read(ref _closedEvicted) + Volatile.Read(ref _liveEvicted);

    /// <summary>What the filter in force has counted so far.</summary>
    public void Note(PacketTotals totals)
    {
        lock (_gate)
        {
            _live = totals;
        }
    }

    /// <summary>The same of sources that had to make room.</summary>
    public void NoteEvicted(long evicted) => Volatile.Write(ref _liveEvicted, evicted);

    /// <summary>The filter is detached, and what was noted last was its last word.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = Sum(_closed, _live);
            _live = default;
        }

        Volatile.Write(ref _closedEvicted, _closedEvicted + _liveEvicted);
        Volatile.Write(ref _liveEvicted, 0);
    }

    private static PacketTotals Sum(PacketTotals a, PacketTotals b) => new(
        a.Passed + b.Passed, a.Dropped + b.Dropped, a.Spared + b.Spared, a.NotIp + b.NotIp, a.Malformed + b.Malformed);
}
