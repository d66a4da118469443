using System.Numerics;

namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// The durations of the calls of a probe that were measured and have no record: those that a condition on return, sampling or the
/// limit leaves out, or that the ring had no room for. A u64 sum in ns, then a u64 for each bucket; one set per CPU.
/// </summary>
public static class DurationLayout
{
    /// <summary>The number of buckets. Bucket n holds durations above 2^(n-1) ns and up to 2^n ns; the first also those of 0.</summary>
    public const int Buckets = 64;

    /// <summary>The sum of all durations, in ns.</summary>
    public const int Sum = 0;

    /// <summary>The first bucket.</summary>
    public const int FirstBucket = 8;

    public const int Size = FirstBucket + (Buckets * 8);

    public static int BucketOf(ulong ns) => ns <= 1 ? 0 : Math.Min(Buckets - 1, 64 - BitOperations.LeadingZeroCount(ns - 1));
}
