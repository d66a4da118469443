using System.Diagnostics;
using TraceAgent.Bpf.Programs;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>The cost of one hit of a probe for the traced program on this machine, in ns, without the rule's own program.</summary>
/// <param name="EmulatedNs">The cost on an instruction that the kernel emulates, such as push.</param>
/// <param name="SteppedNs">The cost on an instruction that it must single-step: most others.</param>
/// <param name="ReturnNs">The additional cost of following the return.</param>
public readonly record struct HitCost(double EmulatedNs, double SteppedNs, double ReturnNs)
{
    /// <summary>The part of it that lies within the duration of a call.</summary>
    public AddedDuration Added { get; init; }

    // Short rounds, many of them: on a busy machine, the best one is one in which no other thread took the processor.
    internal const int Calls = 20;
    internal const int Rounds = 20;
    private const int SteppedAt = 256;

    /// <summary>The cost that is assumed where it cannot be measured: what a virtual machine showed on kernel 6.18.</summary>
    public static HitCost Typical { get; } = new(540, 3740, 800);

    /// <summary>A function for x86-64 that begins with an emulated instruction: push %rbp; pop %rbp; ret.</summary>
    internal static byte[] Emulated => [0x55, 0x5d, 0xc3];

    /// <summary>A function for x86-64 that begins with a stepped instruction: mov %edi,%eax; ret.</summary>
    internal static byte[] Stepped => [0x89, 0xf8, 0xc3];

    /// <summary>
    /// Measures by probing two functions of our own, in a file in memory, and calling them. Takes some tens of ms, most of which
    /// the kernel waits.
    /// </summary>
    public static HitCost Measure(AttachMethod method)
    {
        if (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
        {
            return Typical;
        }

        using var code = TestFunction.TryMap((0, Emulated), (SteppedAt, Stepped));
        if (code is null)
        {
            return Typical;
        }

        try
        {
            using var program = BpfProgram.Load(
                GracePeriod.EmptyProgram(), "ta_hit_cost", method == AttachMethod.Multi ? UprobeLink.TraceUprobeMulti : 0);
            var emulated = Probed(method, program, code, 0, alsoReturn: false);
            return new HitCost(
                emulated,
                Probed(method, program, code, SteppedAt, alsoReturn: false),
                Math.Max(0, Probed(method, program, code, 0, alsoReturn: true) - emulated))
            {
                Added = AddedDuration.Measure(method, code, steppedAt: SteppedAt),
            };
        }
        catch (KernelException)
        {
            return Typical;
        }
    }

    private static double Probed(AttachMethod method, BpfProgram program, TestFunction code, int offset, bool alsoReturn)
    {
        var file = new UprobeFile(code.Path, "a function of our own");
        using var entry = UprobeLink.Attach(method, program, file, [new UprobePlace((ulong)offset, 0)], onReturn: false);
        using var @return = alsoReturn
            ? UprobeLink.Attach(method, program, file, [new UprobePlace((ulong)offset, 0)], onReturn: true)
            : null;
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            code.Call(offset, Calls);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
        }

        return best;
    }
}
