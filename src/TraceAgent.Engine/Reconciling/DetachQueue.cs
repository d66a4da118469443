using System.Diagnostics;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Engine.RingReading;
using TraceAgent.Engine.State;

namespace TraceAgent.Engine.Reconciling;

/// <summary>
/// Detaches probes that are not active any more. Closing links takes tens of milliseconds and calls may still be in flight, so a
/// thread of its own does it, for all that are waiting at once.
/// </summary>
public sealed class DetachQueue : IDisposable
{
    /// <summary>The maximum time that a replaced call rule waits for the calls that it has seen enter.</summary>
    private static readonly TimeSpan ReturnTimeout = TimeSpan.FromSeconds(30);

    private readonly BpfSession _session;
    private readonly SlotTable _slots;
    private readonly EventPump _pump;
    private readonly Lock _gate = new();
    private readonly List<RetiredProbe> _arrived = [];
    private readonly List<(AttachedPart Part, long Deadline)> _inFlight = [];
    private readonly AutoResetEvent _work = new(initialState: false);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private int _waiting;

    public DetachQueue(BpfSession session, SlotTable slots, EventPump pump)
    {
        _session = session;
        _slots = slots;
        _pump = pump;
        _thread = new Thread(Work) { Name = "retirement", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The number of probes that may still run on every hit. The reconciler keeps it bounded.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Adds probes that were replaced: their successors take the hits already.</summary>
    public void Replaced(IReadOnlyList<AttachedPart> previous, Switchover switchover) => Add(new RetiredProbe(previous, switchover));

    /// <summary>Adds probes that were deactivated: nothing takes their hits.</summary>
    public void Removed(IReadOnlyList<AttachedPart> parts) => Add(new RetiredProbe(parts, null));

    /// <summary>The parts that are still attached when the thread has stopped.</summary>
    public IEnumerable<AttachedPart> Left => _arrived.SelectMany(retired => retired.Parts).Concat(_inFlight.Select(one => one.Part));

    /// <summary>Stops closing; what is left takes no more hits, and the reconciler detaches it.</summary>
    public void Dispose()
    {
        _stopping = true;
        _work.Set();
        _thread.Join();
        _work.Dispose();
        foreach (var part in _arrived.SelectMany(retired => retired.Parts))
        {
            part.Loaded.Deactivate();
        }
    }

    private void Add(RetiredProbe retired)
    {
        Interlocked.Increment(ref _waiting);
        lock (_gate)
        {
            _arrived.Add(retired);
        }

        _work.Set();
    }

    private void Work()
    {
        while (!_stopping)
        {
            _work.WaitOne(_inFlight.Count == 0 ? Timeout.Infinite : 100);
            RetiredProbe[] probes;
            lock (_gate)
            {
                probes = [.. _arrived];
                _arrived.Clear();
            }

            if (probes.Length > 0)
            {
                Leave(probes);
            }

            var done = _inFlight.FindAll(one => one.Part.Loaded.CallsInFlight == 0 || Stopwatch.GetTimestamp() > one.Deadline);
            _inFlight.RemoveAll(done.Contains);
            Close(done.ConvertAll(one => one.Part));
        }
    }

    private void Leave(RetiredProbe[] probes)
    {
        _session.Settle([.. probes.Select(retired => retired.Switchover).OfType<Switchover>()]);
        Interlocked.Add(ref _waiting, -probes.Length);
        var deadline = Stopwatch.GetTimestamp() + (long)(ReturnTimeout.TotalSeconds * Stopwatch.Frequency);
        var waiting = probes.Where(retired => retired.Switchover is not null).SelectMany(retired => retired.Parts)
            .Where(part => part.Loaded.CallsInFlight > 0).ToHashSet();
        _inFlight.AddRange(waiting.Select(part => (part, deadline)));
        Close([.. probes.SelectMany(retired => retired.Parts).Where(part => !waiting.Contains(part))]);
    }

    /// <summary>Closes parts. Their slots become free when no record of them is in the ring any more.</summary>
    private void Close(List<AttachedPart> parts)
    {
        if (parts.Count == 0)
        {
            return;
        }

        var calls = parts.Select(part => part.Loaded.CallsInFlight).ToList();
        AttachedPart.LeaveFiles(parts);
        foreach (var (part, unreturned) in parts.Zip(calls))
        {
            part.Loaded.Close();
            part.CloseCounters(unreturned);
        }

        _pump.WhenDrained(() =>
        {
            foreach (var part in parts)
            {
                _slots[part.Loaded.Slot] = null;
                part.Loaded.Dispose();
            }
        });
    }

    private sealed record RetiredProbe(IReadOnlyList<AttachedPart> Parts, Switchover? Switchover);
}
