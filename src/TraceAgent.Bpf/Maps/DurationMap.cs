using System.Runtime.InteropServices;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Interop;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Maps;

/// <summary>The durations of a probe's calls without a record, a set per CPU: see <see cref="DurationLayout"/>.</summary>
internal sealed class DurationMap : IDisposable
{
    private readonly BpfMap _map =
        BpfMap.Create(MapType.PerCpuArray, "ta_durations", new MapSize(4, DurationLayout.Size, 1));

    private readonly int _cpus = LibBpf.PossibleCpus();

    public int Fd => _map.Fd;

    public DurationCounts Read()
    {
        var values = new byte[DurationLayout.Size * _cpus];
        var counts = default(DurationCounts);
        if (!_map.TryLookup(stackalloc byte[sizeof(uint)], values))
        {
            return counts;
        }

        for (var cpu = 0; cpu < _cpus; cpu++)
        {
            var own = MemoryMarshal.Cast<byte, long>(values.AsSpan(cpu * DurationLayout.Size, DurationLayout.Size));
            counts += new DurationCounts(
                (ulong)own[DurationLayout.Sum / 8], [.. own.Slice(DurationLayout.FirstBucket / 8, DurationLayout.Buckets)]);
        }

        return counts;
    }

    public void Dispose() => _map.Dispose();
}

/// <summary>Durations of calls, in buckets: see <see cref="DurationLayout.BucketOf"/>.</summary>
/// <param name="SumNs">The sum of all durations, in ns.</param>
/// <param name="Buckets">The number of calls in each bucket; empty for no call.</param>
public readonly record struct DurationCounts(ulong SumNs, EquatableArray<long> Buckets)
{
    /// <summary>True when there is no call.</summary>
    public bool IsEmpty => Buckets.All(calls => calls == 0);

    public static DurationCounts operator +(DurationCounts a, DurationCounts b)
    {
        if (a.Buckets.Count == 0)
        {
            return b;
        }

        return b.Buckets.Count == 0
            ? a
            : new DurationCounts(a.SumNs + b.SumNs, a.Buckets.Zip(b.Buckets, (one, other) => one + other).ToEquatableArray());
    }
}
