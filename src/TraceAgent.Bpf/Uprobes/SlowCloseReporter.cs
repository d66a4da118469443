using System.Diagnostics;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>
/// Reports when a kernel object takes too long to close: a thread that waits inside a probe keeps every probe of the host from
/// closing.
/// </summary>
public static class SlowCloseReporter
{
    private static readonly TimeSpan FirstReportAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(10);

    private static readonly Lock Gate = new();
    private static readonly Dictionary<long, long> Begun = [];

    /// <summary>The timer that checks. It runs only while something closes.</summary>
    private static readonly Timer Check = new(_ => Report());

    private static long Next;

    /// <summary>Called with the time that the oldest closing takes, after a second and then every ten, on a thread of the pool.</summary>
    public static event Action<TimeSpan>? Exceeded;

    /// <summary>Begins a closing, which ends when the result is disposed of.</summary>
    internal static IDisposable Begin()
    {
        lock (Gate)
        {
            if (Begun.Count == 0)
            {
                Check.Change(FirstReportAfter, ReportInterval);
            }

            Begun.Add(Next, Stopwatch.GetTimestamp());
            return new Closed(Next++);
        }
    }

    private static void Report()
    {
        TimeSpan longest;
        lock (Gate)
        {
            longest = Begun.Count == 0 ? default : Stopwatch.GetElapsedTime(Begun.Values.Min());
        }

        if (longest >= FirstReportAfter)
        {
            Exceeded?.Invoke(longest);
        }
        else if (longest > default(TimeSpan))
        {
            // The timer was set for one that has closed: set it for the one that waits longest now.
            Check.Change(FirstReportAfter - longest, ReportInterval);
        }
    }

    private sealed class Closed(long number) : IDisposable
    {
        public void Dispose()
        {
            lock (Gate)
            {
                Begun.Remove(number);
                if (Begun.Count == 0)
                {
                    Check.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }
}
