using System.Numerics;

namespace TraceAgent.Engine.Counters;

/// <summary>
/// The durations of calls, in buckets whose bounds are powers of two. Of fixed size; written by one thread, read by any: a reader
/// may see the latest call in one of the numbers and not yet in another.
/// </summary>
public sealed class LatencyHistogram
{
    /// <summary>The number of buckets. Bucket n holds durations above 2^(n-1) ns and up to 2^n ns; the first also those of 0.</summary>
    public const int Buckets = 64;

    private readonly long[] _counts = new long[Buckets];
    private ulong _sum;

    /// <summary>The sum of all durations, in ns.</summary>
    public ulong Sum => Volatile.Read(ref _sum);

    public static int BucketOf(ulong ns) => ns <= 1 ? 0 : Math.Min(Buckets - 1, 64 - BitOperations.LeadingZeroCount(ns - 1));

    public void Add(ulong ns)
    {
        ref var count = ref _counts[BucketOf(ns)];
        Volatile.Write(ref count, count + 1);
        Volatile.Write(ref _sum, _sum + ns);
    }

    public long[] Counts()
    {
        var counts = new long[Buckets];
        for (var i = 0; i < Buckets; i++)
        {
            counts[i] = Volatile.Read(ref _counts[i]);
        }

        return counts;
    }
}
