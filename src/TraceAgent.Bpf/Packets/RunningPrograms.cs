using TraceAgent.Linux;

namespace TraceAgent.Bpf.Packets;

/// <summary>Programs that are in the middle of a packet.</summary>
internal static class RunningPrograms
{
    /// <summary>A grace period of RCU, in kernel/sched/membarrier.c.</summary>
    private const int Global = 1;

    /// <summary>
    /// Until those that run now have ended: some 10 ms. The kernel does not where CPUs are set aside (nohz_full); then a wait
    /// that is longer than any packet takes does.
    /// </summary>
    public static void Wait()
    {
        if (Libc.Membarrier(Global) != 0)
        {
            Thread.Sleep(50);
        }
    }
}
