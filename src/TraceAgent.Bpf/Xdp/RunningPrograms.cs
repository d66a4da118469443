using TraceAgent.Linux;

namespace TraceAgent.Bpf.Xdp;

/// <summary>Waits for programs that are in the middle of a packet.</summary>
internal static class RunningPrograms
{
    /// <summary>MEMBARRIER_CMD_GLOBAL: a grace period of RCU (kernel/sched/membarrier.c).</summary>
    private const int Global = 1;

    /// <summary>
    /// Waits until the programs that run now have ended: some 10 ms. The kernel cannot do that where CPUs are set aside
    /// (nohz_full); then it sleeps for longer than any packet takes.
    /// </summary>
    public static void Wait()
    {
        if (Libc.Membarrier(Global) != 0)
        {
            Thread.Sleep(50);
        }
    }
}
