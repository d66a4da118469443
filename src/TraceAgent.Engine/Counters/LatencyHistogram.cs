using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Maps;

namespace TraceAgent.Engine.Counters;

/// <summary>
/// The durations of calls that were read, in buckets whose bounds are powers of two. Of fixed size; written by one thread, read by
/// any: a reader may see the latest call in one of the numbers and not yet in another.
/// </summary>
public sealed class LatencyHistogram
{
    private readonly long[] _counts = new long[DurationLayout.Buckets];
    private ulong _sum;

    public DurationCounts Counts => new(Volatile.Read(ref _sum), [.. _counts]);

    public void Add(ulong ns)
    {
        ref var count = ref _counts[DurationLayout.BucketOf(ns)];
        Volatile.Write(ref count, count + 1);
        Volatile.Write(ref _sum, _sum + ns);
    }
}
