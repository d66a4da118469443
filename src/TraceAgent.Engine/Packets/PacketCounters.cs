using TraceAgent.Capture;
using TraceAgent.Engine.Counters;

namespace TraceAgent.Engine.Packets;

/// <summary>
/// A packet rule's counters over all its filters: every packet in exactly one of five kinds, as the kernel counted them, and the
/// lines of the rule. Written by the thread of the rules, read by any.
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

    /// <summary>The number of times that a source was evicted for another one.</summary>
    public long Evicted => Volatile.Read(ref _closedEvicted) + Volatile.Read(ref _liveEvicted);

    /// <summary>Stores what the current filter has counted so far.</summary>
    public void Note(PacketTotals totals)
    {
        lock (_gate)
        {
            _live = totals;
        }
    }

    /// <summary>Stores the number of sources that the current filter has evicted so far.</summary>
    public void NoteEvicted(long evicted) => Volatile.Write(ref _liveEvicted, evicted);

    /// <summary>Ends a filter that is detached: what was stored last is its final count.</summary>
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
