using TraceAgent.Bpf.Interop;

namespace TraceAgent.Bpf.Programs;

/// <summary>The kernel's counters of runs of programs.</summary>
/// <param name="Ns">The time that they took together.</param>
/// <param name="Runs">The number of runs that were counted.</param>
public readonly record struct RunTime(long Ns, long Runs)
{
    public static RunTime operator +(RunTime a, RunTime b) => new(a.Ns + b.Ns, a.Runs + b.Runs);

    public static RunTime operator -(RunTime a, RunTime b) => new(a.Ns - b.Ns, a.Runs - b.Runs);
}

/// <summary>
/// The kernel's statistics of BPF run time (BPF_ENABLE_STATS), kept for all programs of the host as long as this is open:
/// two readings of the clock around every run, so only for moments.
/// </summary>
public sealed class RunStatistics : IDisposable
{
    private const int RunTimeType = 0;

    private readonly BpfHandle _handle;

    private RunStatistics(BpfHandle handle) => _handle = handle;

    /// <summary>
    /// Enables the statistics; null when the kernel does not allow it, which takes CAP_SYS_ADMIN, or cannot (before 5.8).
    /// </summary>
    public static RunStatistics? TryOpen()
    {
        var fd = LibBpf.EnableStats(RunTimeType);
        return fd >= 0 ? new RunStatistics(new BpfHandle(fd)) : null;
    }

    public void Dispose() => _handle.Dispose();
}
