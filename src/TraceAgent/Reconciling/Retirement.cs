using System.Diagnostics;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Reading;

namespace TraceAgent.Reconciling;

/// <summary>
/// Where probes go that are not in force any more. Closing links takes tens of milliseconds and calls may still be in
/// flight, so it is done on a thread of its own, for all that are waiting at once.
/// </summary>
internal sealed class Retirement : IDisposable
{
    /// <summary>How long a replaced call rule waits for the calls that it has seen enter.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BpfSession _session;
    private readonly SlotTable _slots;
    private readonly EventPump _pump;
    private readonly Lock _gate = new();
    private readonly List<Leaver> _arrived = [];
    private readonly List<(AttachedProbe Probe, long Deadline)> _inFlight = [];
    private readonly AutoResetEvent _work = new(initialState: false);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private int _waiting;

    public Retirement(BpfSession session, SlotTable slots, EventPump pump)
    {
        _session = session;
        _slots = slots;
        _pump = pump;
        _thread = new Thread(Work) { Name = "retirement", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Probes that may still run on every hit. The reconciler lets this not grow without bound.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Replaced: the successor takes the hits already, as <see cref="BpfSession.Switch"/> arranged.</summary>
    public void Replaced(AttachedProbe previous, LoadedProbe next) => Add(new Leaver(previous, next));

    /// <summary>Deactivated: nothing takes its hits.</summary>
    public void Removed(AttachedProbe probe) => Add(new Leaver(probe, null));

    /// <summary>What is still attached when the thread has stopped.</summary>
    public IEnumerable<AttachedProbe> Left => _arrived.Select(leaver => leaver.Probe).Concat(_inFlight.Select(one => one.Probe));

    /// <summary>Stops closing; what is left takes no more hits, and is for the reconciler to detach.</summary>
    public void Dispose()
    {
        _stopping = true;
        _work.Set();
        _thread.Join();
        _work.Dispose();
        _arrived.ForEach(leaver => leaver.Probe.Loaded.Deactivate());
    }

    private void Add(Leaver leaver)
    {
        Interlocked.Increment(ref _waiting);
        lock (_gate)
        {
            _arrived.Add(leaver);
        }

        _work.Set();
    }

    private void Work()
    {
        while (!_stopping)
        {
            _work.WaitOne(_inFlight.Count == 0 ? Timeout.Infinite : 100);
            Leaver[] leavers;
            lock (_gate)
            {
                leavers = [.. _arrived];
                _arrived.Clear();
            }

            if (leavers.Length > 0)
            {
                Leave(leavers);
            }

            var done = _inFlight.FindAll(one => one.Probe.Loaded.CallsInFlight == 0 || Stopwatch.GetTimestamp() > one.Deadline);
            _inFlight.RemoveAll(done.Contains);
            Closing.All([.. done.Select<(AttachedProbe Probe, long), Action>(one => () => Close(one.Probe))]);
        }
    }

    private void Leave(Leaver[] leavers)
    {
        var switches = leavers.Where(leaver => leaver.Next is not null).Select(leaver => (leaver.Probe.Loaded, leaver.Next!)).ToList();
        _session.Settle(switches);
        Interlocked.Add(ref _waiting, -leavers.Length);
        var deadline = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
        var waiting = leavers.Where(leaver => leaver.Next is not null && leaver.Probe.Loaded.CallsInFlight > 0).ToHashSet();
        _inFlight.AddRange(waiting.Select(leaver => (leaver.Probe, deadline)));
        Closing.All([.. leavers.Where(leaver => !waiting.Contains(leaver)).Select<Leaver, Action>(leaver => () => Close(leaver.Probe))]);
    }

    /// <summary>The slot is free when no record of the probe is in the ring any more.</summary>
    private void Close(AttachedProbe probe)
    {
        var calls = probe.Loaded.CallsInFlight;
        foreach (var file in probe.Files)
        {
            file.Dispose();
        }

        probe.Loaded.Close();
        probe.CloseBooks(calls);
        _pump.WhenDrained(() =>
        {
            _slots[probe.Loaded.Slot] = null;
            probe.Loaded.Dispose();
        });
    }

    private readonly record struct Leaver(AttachedProbe Probe, LoadedProbe? Next);
}
