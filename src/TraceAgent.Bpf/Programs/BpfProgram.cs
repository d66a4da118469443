using System.Runtime.InteropServices;
using System.Text;
using TraceAgent.Bpf.Btf;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Programs;

/// <summary>A loaded program.</summary>
internal sealed unsafe class BpfProgram : BpfHandle
{
    private const int TypeKprobe = 2;
    private const int TypeRawTracepoint = 17;
    private const uint Sleepable = 1 << 4;
    private const int NameLength = 15;
    private const int LogSize = 256 * 1024;

    private BpfProgram(int fd)
        : base(fd)
    {
    }

    /// <param name="program">The instructions.</param>
    /// <param name="name">Shown by bpftool; cut to 15 bytes, other than letters, digits, <c>_</c> and <c>.</c> replaced.</param>
    /// <param name="expectedAttachType">0, or BPF_TRACE_UPROBE_MULTI.</param>
    /// <exception cref="KernelException">Not permitted, or rejected by the verifier, whose last words are in the message.</exception>
    public static BpfProgram Load(ProbeProgram program, string name, int expectedAttachType) =>
        Load(TypeKprobe, program, name, expectedAttachType);

    /// <summary>Loads a program for a tracepoint, whose arguments it takes as they are.</summary>
    /// <exception cref="KernelException">Not permitted, or rejected by the verifier, whose last words are in the message.</exception>
    public static BpfProgram LoadRawTracepoint(ProbeProgram program, string name) => Load(TypeRawTracepoint, program, name, 0);

    private static BpfProgram Load(int type, ProbeProgram program, string name, int expectedAttachType)
    {
        var fd = TryLoad(type, program, name, expectedAttachType, null);
        if (fd >= 0)
        {
            return new BpfProgram(fd);
        }

        var log = new byte[LogSize];
        fixed (byte* buffer = log)
        {
            var second = TryLoad(type, program, name, expectedAttachType, buffer);
            if (second >= 0)
            {
                return new BpfProgram(second);
            }

            var verifier = VerifierLog.UsefulLines(Marshal.PtrToStringUTF8((nint)buffer) ?? string.Empty);
            throw new KernelException(
                "load BPF program", name, -fd, verifier.Length == 0 ? Privileges.RemedyFor(-fd) : $"the verifier says:\n{verifier}");
        }
    }

    /// <summary>The runs that the kernel has counted while <see cref="RunStatistics"/> were kept; zeros when it does not say.</summary>
    public RunTime RunTime
    {
        get
        {
            var info = default(LibBpf.ProgramInfo);
            var size = (uint)sizeof(LibBpf.ProgramInfo);
            return LibBpf.GetObjectInfo(Fd, &info, &size) == 0 ? new RunTime((long)info.RunTimeNs, (long)info.Runs) : default;
        }
    }

    /// <summary>
    /// The result of the program when the calling thread runs it here and now; null when the kernel cannot do that (before 5.10).
    /// </summary>
    public static uint? TryRun(ProbeProgram program, string name)
    {
        var fd = TryLoad(TypeRawTracepoint, program, name, 0, null);
        if (fd < 0)
        {
            return null;
        }

        using var loaded = new BpfProgram(fd);
        var options = new LibBpf.TestRunOptions { Size = (nuint)sizeof(LibBpf.TestRunOptions) };
        return LibBpf.ProgTestRun(fd, &options) == 0 ? options.Returned : null;
    }

    internal static string NameFor(string rule)
    {
        var text = new StringBuilder("ta_");
        foreach (var c in rule)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '.' ? c : '_');
        }

        return text.Length > NameLength ? text.ToString(0, NameLength) : text.ToString();
    }

    private static int TryLoad(int type, ProbeProgram program, string name, int expectedAttachType, byte* log)
    {
        var encoded = new ulong[program.Instructions.Length];
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = program.Instructions[i].Encoded;
        }

        Span<uint> functions = program.Functions is { } at
            ? [0, ProgramTypes.Main, (uint)at.Touch, ProgramTypes.Touch, (uint)at.Judge, ProgramTypes.Judge]
            : [];
        using var types = program.Functions is null ? null : ProgramTypes.Load();
        var options = new LibBpf.ProgLoadOptions
        {
            Size = (nuint)sizeof(LibBpf.ProgLoadOptions),
            ExpectedAttachType = expectedAttachType,
            Flags = program.Sleepable ? Sleepable : 0,
            LogLevel = log == null ? 0u : 1u,
            LogSize = log == null ? 0u : LogSize,
            LogBuffer = log,
        };
        fixed (ulong* instructions = encoded)
        fixed (uint* records = functions)
        {
            if (types is not null)
            {
                // struct bpf_func_info: the first instruction, and the number of the function's type.
                const uint recordSize = 8;
                options.BtfFd = (uint)types.Fd;
                options.FuncInfo = records;
                options.FuncInfoRecordSize = recordSize;
                options.FuncInfoCount = (uint)functions.Length * sizeof(uint) / recordSize;
            }

            return LibBpf.ProgLoad(type, name, "GPL", instructions, (nuint)encoded.Length, &options);
        }
    }
}
