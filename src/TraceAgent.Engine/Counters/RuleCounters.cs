using TraceAgent.Bpf.Maps;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Engine.Counters;

/// <summary>A rule's totals: what the kernel counted and what became of it.</summary>
/// <param name="Calls">Hits of the rule; for <c>on: call</c>, completed calls. When the counters balance, the sum of
/// <paramref name="Counts"/>.</param>
/// <param name="Counts">
/// The outcomes of the calls. Logged: lines that all outputs took.
/// </param>
/// <param name="Unreturned">The calls of <c>on: call</c> that were entered, but never seen to return. Not part of the calls.</param>
public readonly record struct RuleTotals(long Calls, CallCounts Counts, long Unreturned)
{
    public bool Balances => Calls == Counts.Calls;
}

/// <summary>
/// The counters of one rule over all its probes. The kernel counts calls and what the ring could not hold; the reader thread
/// counts what the outputs took or did not.
/// </summary>
public sealed class RuleCounters(string rule) : LineCounters(rule)
{
    private readonly Lock _gate = new();
    private readonly List<Func<KernelCounts>> _live = [];
    private readonly List<Func<DurationCounts>> _liveDurations = [];
    private KernelCounts _closed;
    private DurationCounts _closedDurations;
    private long _overQuota;
    private long _chargedHits;
    private long _chargedPassing;
    private double _costNs;
    private long _lastEvent;
    private LatencyHistogram? _latency;

    /// <summary>True when the rule has no probe any more, and the outcome of every call is known.</summary>
    public override bool AreComplete
    {
        get
        {
            lock (_gate)
            {
                return _live.Count == 0 && base.AreComplete && FinalTotals().Balances;
            }
        }
    }

    /// <summary>The number of hits of all its probes.</summary>
    public long Hits => Kernel().Calls;

    /// <summary>The CPU time in ns that the hits charged so far took from the traced programs; never less than before.</summary>
    public double CostNs => Volatile.Read(ref _costNs);

    /// <summary>The time of the latest event that was read: UTC ns since 1970; 0 before the first.</summary>
    public long LastEvent => Volatile.Read(ref _lastEvent);

    /// <summary>The durations of all calls that were measured, whether or not they became lines.</summary>
    public DurationCounts Durations()
    {
        lock (_gate)
        {
            var sum = _closedDurations + (Volatile.Read(ref _latency)?.Counts ?? default);
            foreach (var durations in _liveDurations)
            {
                sum += durations();
            }

            return sum;
        }
    }

    /// <summary>Counts an event that was read. Called by the reader thread.</summary>
    public void EventRead(TracedEvent traced)
    {
        Volatile.Write(ref _lastEvent, traced.Time);
        if (traced.Shape.HasDuration)
        {
            var latency = _latency;
            if (latency is null)
            {
                Volatile.Write(ref _latency, latency = new LatencyHistogram());
            }

            latency.Add(traced.Duration);
        }
    }

    /// <summary>The calls that had no room among those in flight when the hits were last charged.</summary>
    public long LostInFlight { get; private set; }

    /// <summary>Charges the hits since the last time. Called by one thread.</summary>
    /// <param name="nsPerHit">The cost of each of them.</param>
    /// <param name="nsPerPassing">The cost of each hit that belongs to no call of the rule.</param>
    public void Charge(double nsPerHit, double nsPerPassing)
    {
        var counts = Kernel();
        var added = ((counts.Calls - _chargedHits) * nsPerHit) + ((counts.Passing - _chargedPassing) * nsPerPassing);
        Volatile.Write(ref _costNs, _costNs + added);
        (_chargedHits, _chargedPassing, LostInFlight) = (counts.Calls, counts.Passing, counts.LostInFlight);
    }

    /// <param name="counts">Reads the counters of a probe that is being attached.</param>
    /// <param name="durations">Reads the durations of its calls without a record; null when it has none.</param>
    public void Open(Func<KernelCounts> counts, Func<DurationCounts>? durations = null)
    {
        lock (_gate)
        {
            _live.Add(counts);
            if (durations is not null)
            {
                _liveDurations.Add(durations);
            }
        }
    }

    /// <summary>Adds the final counts of a probe that is detached and will not count any more.</summary>
    public void Close(Func<KernelCounts> counts, long unreturned, Func<DurationCounts>? durations = null)
    {
        lock (_gate)
        {
            if (durations is not null && _liveDurations.Remove(durations))
            {
                _closedDurations += durations();
            }

            _closed += counts() + new KernelCounts { Unreturned = unreturned };
            _live.Remove(counts);
        }

        NoteChange();
    }

    /// <summary>Adds calls that entered and whose thread has ended in them.</summary>
    public void AddUnreturned(long calls)
    {
        lock (_gate)
        {
            _closed += new KernelCounts { Unreturned = calls };
        }
    }

    /// <summary>
    /// Counts an event that was taken from the ring after as many were written as were asked for. Called by the reader thread.
    /// </summary>
    public void OverQuota()
    {
        Volatile.Write(ref _overQuota, _overQuota + 1);
        NoteChange();
    }

    /// <summary>The current totals. Calls whose record still waits in the ring are not counted yet, so that the sums agree.</summary>
    public RuleTotals Totals()
    {
        var (counts, kernel) = Read();
        return new RuleTotals(counts.Calls, counts, kernel.Unreturned);
    }

    /// <summary>The final totals, when the probes are deactivated and the ring is drained: the calls as the kernel counted them.</summary>
    public RuleTotals FinalTotals()
    {
        var (counts, kernel) = Read();
        return new RuleTotals(kernel.Calls, counts, kernel.Unreturned);
    }

    /// <summary>
    /// The final totals when an output did not report what it took: everything that is not known to be logged counts as lost.
    /// </summary>
    public RuleTotals WithheldTotals()
    {
        var totals = FinalTotals();
        var counts = totals.Counts;
        var missing = totals.Calls - counts.Calls;
        return totals with { Counts = counts with { Lost = counts.Lost + missing, LostInOutput = counts.LostInOutput + missing } };
    }

    private (CallCounts Counts, KernelCounts Kernel) Read()
    {
        var kernel = Kernel();
        var logged = Logged;
        var failed = Failed;
        var lost = kernel.Lost + failed;
        var overQuota = Volatile.Read(ref _overQuota);
        var counts = new CallCounts(logged, kernel.Filtered, kernel.Sampled, kernel.Limited + overQuota, lost)
        {
            LostInFlight = kernel.LostInFlight,
            LostInOutput = failed,
            AfterLast = overQuota,
        };
        return (counts, kernel);
    }

    private KernelCounts Kernel()
    {
        lock (_gate)
        {
            var sum = _closed;
            foreach (var counts in _live)
            {
                sum += counts();
            }

            return sum;
        }
    }
}
