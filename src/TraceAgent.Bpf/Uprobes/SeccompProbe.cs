using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Programs;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>
/// Finds out whether following a return ends a process that has a seccomp filter. Kernels from 6.11 on leave a function by the
/// system call uretprobe (335); those before "seccomp: passthrough uretprobe systemcall without filtering" show it to the filter.
/// Before 6.15 it is tried, with a process of our own, because both are in older series too.
/// </summary>
public static unsafe class SeccompProbe
{
    /// <summary>The first kernel with the system call.</summary>
    private static readonly Version First = new(6, 11);

    /// <summary>The first version that always has the fix; 6.14 began without it.</summary>
    private static readonly Version Fixed = new(6, 15);

    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int SignalSystemCall = 31;
    private const int LoadAddress = 0x400000;
    private const int CodeAt = 0x78;
    private const int FunctionAt = CodeAt + 0x55;
    private const int FilterAt = 0xe0;

    /// <summary>
    /// The code of the process: prctl(PR_SET_NO_NEW_PRIVS, 1); prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &amp;program); when
    /// there is an argument: getpid(); then twice a function of push, pop, ret; exit. After it the <c>struct sock_fprog</c>, of
    /// four instructions.
    /// </summary>
    private static ReadOnlySpan<byte> Code =>
    [
        0xb8, 0x9d, 0, 0, 0, 0xbf, 38, 0, 0, 0, 0xbe, 1, 0, 0, 0, 0x31, 0xd2, 0x45, 0x31, 0xd2, 0x45, 0x31, 0xc0, 0x0f, 0x05,
        0xb8, 0x9d, 0, 0, 0, 0xbf, 22, 0, 0, 0, 0xbe, 2, 0, 0, 0, 0x48, 0x8d, 0x15, 0x29, 0, 0, 0, 0x0f, 0x05,
        0x89, 0xc7, 0x85, 0xc0, 0x75, 0x17, 0x83, 0x3c, 0x24, 1, 0x74, 0x07, 0xb8, 39, 0, 0, 0, 0x0f, 0x05,
        0xe8, 0x0c, 0, 0, 0, 0xe8, 0x07, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05,
        0x55, 0x5d, 0xc3,
        4, 0, 0, 0, 0, 0, 0, 0, FilterAt, 0, 0x40, 0, 0, 0, 0, 0,
    ];

    /// <summary>The seccomp filter: it allows exit (60) and ends the process at any other system call.</summary>
    private static ReadOnlySpan<ulong> Filter =>
        [0x20, (60UL << 32) | (1UL << 24) | 0x15, (0x7fff0000UL << 32) | 0x06, (0x80000000UL << 32) | 0x06];

    /// <summary>
    /// True when returns end such processes, or when that could not be tried on a kernel where they may. False when they do not;
    /// on other processors than x86-64 returns need no system call.
    /// </summary>
    /// <param name="method">The method by which probes are attached.</param>
    /// <exception cref="KernelException">The probe was refused.</exception>
    public static bool ReturnsAreFatal(AttachMethod method) =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && Environment.OSVersion.Version < Fixed
        && (EndsBySignal(method, callsOut: false) ?? Environment.OSVersion.Version >= First);

    /// <summary>
    /// True when the filter ended the process; null when the process could not be started, such as where files in memory must not
    /// be executed.
    /// </summary>
    /// <param name="method">The method by which probes are attached.</param>
    /// <param name="callsOut">The process also makes a system call that its filter does not know.</param>
    internal static bool? EndsBySignal(AttachMethod method, bool callsOut)
    {
        using var file = Create();
        if (file is null)
        {
            return null;
        }

        var path = $"/proc/self/fd/{file.Fd}";
        using var program = BpfProgram.Load(
            GracePeriod.EmptyProgram(), "ta_seccomp", method == AttachMethod.Multi ? UprobeLink.TraceUprobeMulti : 0);
        using var link = UprobeLink.Attach(
            method, program, new UprobeFile(path, "a program of our own"), [new UprobePlace(FunctionAt, 0)], onReturn: true);
        return Run(path, callsOut ? "call" : null) is { } signal ? signal == SignalSystemCall : null;
    }

    /// <summary>
    /// Makes the file. It is not writable afterwards, since it could not be executed. Null when the system forbids such files.
    /// </summary>
    private static BpfHandle? Create()
    {
        var image = new byte[FilterAt + (Filter.Length * sizeof(ulong))];
        WriteHeaders(image);
        Code.CopyTo(image.AsSpan(CodeAt));
        MemoryMarshal.AsBytes(Filter).CopyTo(image.AsSpan(FilterAt));
        using var writable = MemoryFile.TryCreate("traceagent-seccomp-trial", image);
        var readable = writable is null ? -1 : Libc.Open(writable.Path, ReadOnlyCloseOnExec);
        return readable < 0 ? null : new BpfHandle(readable);
    }

    /// <summary>Writes ELF-64 headers with one segment: all of the file, readable and executable.</summary>
    private static void WriteHeaders(byte[] image)
    {
        "\u007fELF"u8.CopyTo(image);
        ReadOnlySpan<byte> identity = [2, 1, 1];
        identity.CopyTo(image.AsSpan(4));
        Put16(16, 2);
        Put16(18, 62);
        Put32(20, 1);
        Put64(24, LoadAddress + CodeAt);
        Put64(32, 64);
        Put16(52, 64);
        Put16(54, 56);
        Put16(56, 1);
        Put32(64, 1);
        Put32(68, 5);
        Put64(80, LoadAddress);
        Put64(88, LoadAddress);
        Put64(96, image.Length);
        Put64(104, image.Length);
        Put64(112, 4096);

        void Put16(int at, short value) => BinaryPrimitives.WriteInt16LittleEndian(image.AsSpan(at), value);
        void Put32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(at), value);
        void Put64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(at), value);
    }

    /// <returns>The signal that ended it, 0 for none; null when it did not start.</returns>
    private static int? Run(string path, string? argument)
    {
        var texts = new[] { Marshal.StringToCoTaskMemUTF8("traceagent-seccomp-trial"), Marshal.StringToCoTaskMemUTF8(argument) };
        try
        {
            var arguments = stackalloc nint[] { texts[0], texts[1], 0 };
            nint environment = 0;
            if (Libc.Spawn(out var pid, path, null, null, arguments, &environment) != 0)
            {
                return null;
            }

            var status = 0;
            return Libc.WaitPid(pid, &status, 0) == pid ? status & 0x7f : null;
        }
        finally
        {
            Array.ForEach(texts, Marshal.FreeCoTaskMem);
        }
    }
}
