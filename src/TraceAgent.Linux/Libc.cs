using System.Runtime.InteropServices;

namespace TraceAgent.Linux;

/// <summary>System calls that neither .NET nor every libbpf 1.x offers. Failures set errno, read on the next line.</summary>
internal static unsafe partial class Libc
{
    /// <summary>F_DUPFD_CLOEXEC (include/uapi/linux/fcntl.h).</summary>
    public const int DuplicateCloseOnExec = 1030;

    /// <summary>RLIMIT_NOFILE (include/uapi/asm-generic/resource.h).</summary>
    public const int OpenFiles = 7;

    /// <summary>Room for a <c>pthread_attr_t</c>, which is 56 bytes on x86-64 and 64 on arm64.</summary>
    public const int ThreadAttributeLongs = 16;

    private const string Library = "libc";

    private static readonly nint BpfNumber =
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 280 : 321;
    private static readonly nint PerfEventOpenNumber =
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 241 : 298;

    private static readonly nint SeccompNumber =
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 277 : 317;

    private static readonly nint MembarrierNumber =
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 283 : 324;

    public static int Bpf(int command, void* attributes, uint size) =>
        (int)Syscall(BpfNumber, command, (nint)attributes, (nint)size, 0, 0);

    public static int PerfEventOpen(void* attributes, int pid, int cpu, int group, ulong flags) =>
        (int)Syscall(PerfEventOpenNumber, (nint)attributes, pid, cpu, group, (nint)flags);

    public static int Membarrier(int command) => (int)Syscall(MembarrierNumber, command, 0, 0, 0, 0);

    /// <summary>seccomp(2), for processors whose number of it is known.</summary>
    public static int Seccomp(uint operation, uint flags, void* filter) =>
        (int)Syscall(SeccompNumber, (nint)operation, (nint)flags, (nint)filter, 0, 0);

    public static int Errno() => Marshal.GetLastPInvokeError();

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, nuint request, nint argument);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Mmap(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    public static partial int Munmap(void* address, nuint length);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemfdCreate(string name, uint flags);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Ftruncate(int fd, long length);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint value, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, void* into, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, void* from, nuint count);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int fd, void* interest);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, void* happened, int count, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Fcntl(int fd, int command, int argument);

    [LibraryImport(Library, EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, out ResourceLimit limit);

    /// <returns>0, or the error's number.</returns>
    [LibraryImport(Library, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Spawn(out int pid, string path, void* fileActions, void* attributes, nint* arguments, nint* environment);

    /// <param name="actions">A buffer for <c>posix_spawn_file_actions_t</c>, which is opaque.</param>
    /// <returns>0, or the error's number.</returns>
    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int InitFileActions(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int DestroyFileActions(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int AddDuplicate(void* actions, int fd, int newFd);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddOpen(void* actions, int fd, string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int operation, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport(Library, EntryPoint = "capset", SetLastError = true)]
    public static partial int SetCapabilities(void* header, void* data);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, int* status, int options);

    /// <param name="attributes"><c>pthread_attr_t</c>: <see cref="ThreadAttributeLongs"/>.</param>
    [LibraryImport(Library, EntryPoint = "pthread_attr_init")]
    public static partial int ThreadAttributesInit(long* attributes);

    [LibraryImport(Library, EntryPoint = "pthread_attr_setstacksize")]
    public static partial int ThreadAttributesStackSize(long* attributes, nuint bytes);

    [LibraryImport(Library, EntryPoint = "pthread_attr_destroy")]
    public static partial int ThreadAttributesDestroy(long* attributes);

    /// <returns>0, or the error's number.</returns>
    [LibraryImport(Library, EntryPoint = "pthread_create")]
    public static partial int ThreadCreate(out nint thread, long* attributes, nint start, nint argument);

    [LibraryImport(Library, EntryPoint = "pthread_join")]
    public static partial int ThreadJoin(nint thread, void* result);

    /// <param name="index">The index of the interface in the network namespace of the calling thread.</param>
    /// <param name="name">A buffer of 16 bytes.</param>
    /// <returns>Null when there is none.</returns>
    [LibraryImport(Library, EntryPoint = "if_indextoname")]
    public static partial byte* InterfaceName(uint index, byte* name);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ResourceLimit
    {
        public ulong Current;
        public ulong Max;
    }
}
