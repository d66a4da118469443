using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux.ThisProcess;

/// <summary>The process's own table of file descriptors.</summary>
public static class DescriptorTable
{
    private const int Enough = 4096;

    /// <summary>
    /// The number of descriptors reserved for what the agent opens while rules are attached: outputs, sockets, files that it
    /// reads.
    /// </summary>
    private const int Kept = 64;

    /// <summary>The maximum number of open descriptors of the process.</summary>
    public static long Limit =>
        Libc.GetLimit(Libc.OpenFiles, out var limit) == 0 ? (long)Math.Min(limit.Current, long.MaxValue) : long.MaxValue;

    /// <summary>True for one of the last numbers, which rules may not use up.</summary>
    public static bool IsKept(int descriptor) => descriptor >= Limit - Kept;

    /// <summary>
    /// Makes room in the table for the programs and links of a thousand rules. A table that several threads share grows only after an
    /// RCU grace period (expand_fdtable in fs/file.c), each time that it doubles: here that waits beside something else.
    /// </summary>
    /// <param name="open">Any descriptor that is open.</param>
    public static void Grow(int open)
    {
        // Where fewer are allowed, there is none, and the table grows as it is needed.
        using var last = new SafeFileHandle(Libc.Fcntl(open, Libc.DuplicateCloseOnExec, Enough - 1), ownsHandle: true);
    }
}
