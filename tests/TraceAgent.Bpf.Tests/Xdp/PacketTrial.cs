using System.Runtime.InteropServices;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>What a program did with a frame that was put before it.</summary>
/// <param name="Action"><c>enum xdp_action</c>.</param>
/// <param name="Nanoseconds">Of one run, the mean of all.</param>
internal readonly record struct TrialResult(uint Action, uint Nanoseconds)
{
    public const uint Drop = 1;
    public const uint Pass = 2;

    public bool IsDropped => Action == Drop;
}

/// <summary>Runs an XDP program without an interface (<c>BPF_PROG_TEST_RUN</c>).</summary>
internal static unsafe class PacketTrial
{
    private const int TestRun = 10;

    public static TrialResult Run(int program, ReadOnlySpan<byte> frame, int repeat = 1)
    {
        fixed (byte* frameAt = frame)
        {
            var attributes = new Attributes
            {
                ProgramFd = (uint)program,
                SizeIn = (uint)frame.Length,
                In = (ulong)frameAt,
                Repeat = (uint)repeat,
            };
            return Libc.Bpf(TestRun, &attributes, (uint)sizeof(Attributes)) == 0
                ? new TrialResult(attributes.Result, attributes.Duration)
                : throw new KernelException("run", $"a frame of {frame.Length} bytes", Libc.Errno());
        }
    }

    /// <summary><c>union bpf_attr</c>, <c>test</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 80)]
    private struct Attributes
    {
        public uint ProgramFd;
        public uint Result;
        public uint SizeIn;
        public uint SizeOut;
        public ulong In;
        public ulong Out;
        public uint Repeat;
        public uint Duration;
    }
}
