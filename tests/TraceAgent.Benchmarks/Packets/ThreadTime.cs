using System.Runtime.InteropServices;

namespace TraceAgent.Benchmarks.Packets;

/// <summary>What the calling thread has used of its CPU: others on the machine are not in it.</summary>
internal static partial class ThreadTime
{
    /// <summary>CLOCK_THREAD_CPUTIME_ID.</summary>
    private const int OfThread = 3;

    public static long Nanoseconds => clock_gettime(OfThread, out var time) == 0
        ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
        : throw new InvalidOperationException("clock_gettime");

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out TimeSpecification time);

    /// <summary><c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
