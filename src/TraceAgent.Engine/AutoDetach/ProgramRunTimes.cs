using TraceAgent.Bpf.Programs;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine.State;

namespace TraceAgent.Engine.AutoDetach;

/// <summary>
/// Measures what the probes' own programs take, by the kernel's statistics. These slow down every BPF program of the host, so
/// they are enabled only for a moment now and then. Used by one thread.
/// </summary>
/// <param name="open">Begins to keep statistics; null when that is not permitted.</param>
public sealed class ProgramRunTimes(Func<IDisposable?> open, Action onNotPermitted)
{
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<AttachedProbe, Sampled> _sampled = [];
    private TimeSpan _last = -Interval;

    /// <summary>True when the kernel allows the statistics; null before the first try.</summary>
    public bool? IsPermitted { get; private set; }

    /// <summary>The ns that a hit spends in the probe's programs on average; 0 while that is not known.</summary>
    public double NsPerHit(AttachedProbe probe) => _sampled.GetValueOrDefault(probe)?.NsPerHit ?? 0;

    /// <summary>Takes a sample when one is due or a probe is new.</summary>
    /// <param name="probes">The attached probes.</param>
    /// <param name="now">The monotonic time.</param>
    public void Update(IReadOnlyCollection<AttachedProbe> probes, TimeSpan now)
    {
        if (IsPermitted == false || probes.Count == 0 || (now - _last < Interval && probes.All(_sampled.ContainsKey)))
        {
            return;
        }

        _last = now;
        foreach (var gone in _sampled.Keys.Except(probes).ToList())
        {
            _sampled.Remove(gone);
        }

        using (var statistics = open())
        {
            IsPermitted = statistics is not null;
            if (statistics is null)
            {
                onNotPermitted();
                return;
            }

            Thread.Sleep(Sample);
        }

        foreach (var probe in probes)
        {
            if (!_sampled.TryGetValue(probe, out var sampled))
            {
                _sampled[probe] = sampled = new Sampled();
            }

            sampled.Take(probe.Parts.Aggregate(default(RunTime), (sum, part) => sum + part.Loaded.RunTime), RunsPerHit(probe.Rule.On));
        }
    }

    private static int RunsPerHit(ProbeTrigger trigger) => trigger == ProbeTrigger.Call ? 2 : 1;

    private sealed class Sampled
    {
        private RunTime _before;

        public double NsPerHit { get; private set; }

        public void Take(RunTime now, int runsPerHit)
        {
            var since = now - _before;
            _before = now;
            if (since.Runs > 0)
            {
                // An exponential average with weight 1/2, since the time depends on what the program reads.
                var measured = (double)since.Ns / since.Runs * runsPerHit;
                NsPerHit = NsPerHit > 0 ? (NsPerHit + measured) / 2 : measured;
            }
        }
    }
}
