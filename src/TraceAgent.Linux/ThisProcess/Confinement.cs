using System.Runtime.InteropServices;

namespace TraceAgent.Linux.ThisProcess;

/// <summary>
/// Takes from this process everything but computing with what it has open: for reading files of others. There is no way back.
/// </summary>
public static unsafe class Confinement
{
    /// <summary>The maximum of memory that the process may write, in bytes (RLIMIT_DATA).</summary>
    public const ulong MaxData = 256UL << 20;

    /// <summary>The maximum of CPU time in seconds; then SIGXCPU ends the process (RLIMIT_CPU).</summary>
    public const ulong MaxSeconds = 10;

    private const int LimitCpu = 0;
    private const int LimitFileSize = 1;
    private const int LimitData = 2;
    private const int LimitCore = 4;
    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const uint ModeFilter = 1;
    private const uint SynchronizeThreads = 1;
    private const nuint ModeFilterByProcessControl = 2;
    private const uint CapabilityVersion3 = 0x20080522;

    // A file that large sections are decompressed to.
    private const ulong MaxFileSize = 4UL << 30;

    private const uint ArchitectureX64 = 0xc000003e;
    private const uint Allow = 0x7fff0000;
    private const uint RefuseWithEacces = 0x00050000 | KernelException.Eacces;
    private const uint EndProcess = 0x80000000;
    private const uint TgKill = 234;

    /// <summary>
    /// System calls of x86-64 that .NET needs to compute, collect and end: read write close fstat poll lseek mmap mprotect munmap
    /// brk rt_sigaction rt_sigprocmask rt_sigreturn pread64 pwrite64 sched_yield mremap madvise nanosleep getpid exit ftruncate
    /// getrusage sysinfo sigaltstack gettid futex sched_getaffinity restart_syscall clock_gettime clock_nanosleep exit_group
    /// get_mempolicy set_robust_list fallocate prlimit64 getrandom membarrier rseq.
    /// </summary>
    private static ReadOnlySpan<uint> Allowed =>
    [
        0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 24, 25, 28, 35, 39, 60, 77, 98, 99, 131, 186, 202, 204, 219, 228, 230, 231,
        239, 273, 285, 302, 318, 324, 334,
    ];

    /// <summary>Enters the confinement.</summary>
    /// <returns>False when the system calls cannot be taken away, and nothing of others must be read.</returns>
    public static bool TryEnter()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return false;
        }

        // These may fail where the service's unit forbids them already. Only the filter must succeed.
        Limit(LimitData, MaxData, MaxData);

        // SIGXCPU at the soft limit, which tells why it ended; SIGKILL at the hard one (setrlimit(2)).
        Limit(LimitCpu, MaxSeconds, MaxSeconds + 1);
        Limit(LimitCore, 0, 0);
        Limit(LimitFileSize, MaxFileSize, MaxFileSize);
        _ = Libc.ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0);
        DropCapabilities();
        return TryFilter();
    }

    private static void Limit(int resource, ulong current, ulong max) =>
        _ = Libc.SetLimit(resource, new Libc.ResourceLimit { Current = current, Max = max });

    /// <summary>capget(2): a header of version and thread, then three sets of 64 bits in two halves.</summary>
    private static void DropCapabilities()
    {
        var header = stackalloc uint[] { CapabilityVersion3, 0 };
        var none = stackalloc uint[] { 0, 0, 0, 0, 0, 0 };
        _ = Libc.SetCapabilities(header, none);
    }

    private static bool TryFilter()
    {
        var program = Filter((uint)Environment.ProcessId);
        fixed (ulong* first = program)
        {
            // struct sock_fprog: a count, and the address of the instructions.
            var description = stackalloc nint[] { program.Length, (nint)first };
            return Libc.Seccomp(ModeFilter, SynchronizeThreads, description) == 0
                || Libc.ProcessControl(SetSeccomp, ModeFilterByProcessControl, (nuint)description, 0, 0) == 0;
        }
    }

    /// <summary>The filter in classic BPF: <c>struct sock_filter</c> as numbers of 64 bits (include/uapi/linux/filter.h).</summary>
    private static ulong[] Filter(uint processId)
    {
        const int number = 0;
        const int architecture = 4;
        const int firstArgument = 16;
        var code = new List<ulong>
        {
            Load(architecture), JumpIfEqual(ArchitectureX64, 1, 0), Return(EndProcess),
            Load(number),
        };
        for (var i = 0; i < Allowed.Length; i++)
        {
            code.Add(JumpIfEqual(Allowed[i], 0, 1));
            code.Add(Return(Allow));
        }

        // The collector interrupts threads of its own process, and no other may be sent a signal.
        code.AddRange(
        [
            JumpIfEqual(TgKill, 0, 3), Load(firstArgument), JumpIfEqual(processId, 0, 1), Return(Allow), Return(RefuseWithEacces),
        ]);
        return [.. code];
    }

    private static ulong Load(int offset) => 0x20UL | ((ulong)offset << 32);

    private static ulong JumpIfEqual(uint value, byte then, byte otherwise) =>
        0x15UL | ((ulong)then << 16) | ((ulong)otherwise << 24) | ((ulong)value << 32);

    private static ulong Return(uint value) => 0x06UL | ((ulong)value << 32);
}
