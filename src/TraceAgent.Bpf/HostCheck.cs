using System.Globalization;
using System.Runtime.InteropServices;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Bpf;

public enum HostVerdict
{
    Fine,

    /// <summary>The agent works, with a limitation.</summary>
    Limited,

    /// <summary>The agent cannot work.</summary>
    Missing,
}

/// <summary>The result of checking one thing that the agent needs or uses.</summary>
/// <param name="Name">The thing that was checked.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Detail">The observation.</param>
/// <param name="Remedy">The remedy; null when it is fine.</param>
public sealed record HostFinding(string Name, HostVerdict Verdict, string Detail, string? Remedy = null);

/// <summary>Finds out what this host lets the agent do by doing it: a kernel version says nothing about backports or sandboxes.</summary>
public static class HostCheck
{
    private const int SysPtrace = 19;
    private const int DacReadSearch = 2;

    /// <summary>A function for x86-64: push %rbp; pop %rbp; ret.</summary>
    private static byte[] FunctionX64 => [0x55, 0x5d, 0xc3];

    /// <summary>A function for arm64: mov w0, w0; ret.</summary>
    private static byte[] FunctionArm64 => [0xe0, 0x03, 0x00, 0x2a, 0xc0, 0x03, 0x5f, 0xd6];

    /// <summary>Runs all checks, in an order in which the first thing that is missing explains the later ones.</summary>
    public static IReadOnlyList<HostFinding> Run()
    {
        var findings = new List<HostFinding> { Kernel() };
        if (!NativeLibrary.TryLoad(LibBpf.Library, out _))
        {
            findings.Add(new HostFinding("libbpf", HostVerdict.Missing,
                $"{LibBpf.Library} is not there", "install libbpf1 (Debian, Ubuntu) or libbpf (Fedora, RHEL); version 1.0 or newer"));
            return findings;
        }

        findings.Add(new HostFinding("libbpf", HostVerdict.Fine, LibBpf.Library));
        findings.Add(Try("BPF programs", HostVerdict.Missing, "load", () => BpfProgram.Load(Trivial(), "ta_doctor", 0).Dispose()));
        findings.Add(Try("attach cookies", HostVerdict.Missing, "load", () =>
            BpfProgram.Load(GracePeriod.EmptyProgram(), "ta_doctor", 0).Dispose(), "needs kernel 5.15 or newer"));
        findings.Add(Try("ring buffer", HostVerdict.Missing, "made", () =>
            BpfMap.Create(MapType.RingBuffer, "ta_doctor", MapSize.OfRing(Environment.SystemPageSize)).Dispose(),
            "needs kernel 5.8 or newer"));
        AddUprobes(findings);
        findings.Add(Try(
            "untouched pages", HostVerdict.Limited, "programs may wait for a page, and check its source first",
            () => SleepableReads.Require(WaitPolicy.Trusted), SleepableReads.Remedy));
        AddOptionalFeatures(findings);
        return findings;
    }

    private static HostFinding Kernel()
    {
        var supported = RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.X64
            or System.Runtime.InteropServices.Architecture.Arm64;
        var lockdown = IsLockedDown();
        var remedy = lockdown ? "start the kernel without lockdown=confidentiality, which forbids BPF to read memory" : null;
        return new HostFinding(
            "kernel",
            supported && !lockdown ? HostVerdict.Fine : HostVerdict.Missing,
            $"{Environment.OSVersion.Version} on " +
                $"{RuntimeInformation.ProcessArchitecture}{(lockdown ? ", locked down (confidentiality)" : "")}",
            supported ? remedy : "x86-64 or arm64");
    }

    private static bool IsLockedDown()
    {
        const string state = "/sys/kernel/security/lockdown";
        try
        {
            return File.Exists(state) && File.ReadAllText(state).Contains("[confidentiality]", StringComparison.Ordinal);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Checks both ways of attaching. One is enough: a problem with the other one is then only a limitation.</summary>
    private static void AddUprobes(List<HostFinding> findings)
    {
        var multi = Try("uprobe_multi", HostVerdict.Limited, "attached, hit, detached", () =>
            Hit(AttachMethod.Multi, onReturn: false), "kernel 6.6 or newer: many sites at once, without CAP_SYS_ADMIN");
        var perf = Try(
            "uprobes by perf events", HostVerdict.Limited, "attached, hit, detached", () => Hit(AttachMethod.PerfEvent, onReturn: false));
        if (multi.Verdict != HostVerdict.Fine && perf.Verdict != HostVerdict.Fine)
        {
            findings.Add(multi with { Verdict = HostVerdict.Missing });
            findings.Add(perf with { Verdict = HostVerdict.Missing });
            return;
        }

        // perf_event is only needed where there is no uprobe_multi.
        findings.Add(multi);
        findings.Add(multi.Verdict == HostVerdict.Fine && perf.Verdict != HostVerdict.Fine
            ? new HostFinding(perf.Name, HostVerdict.Fine, "refused, and not needed: uprobe_multi works")
            : perf);
        var method = multi.Verdict == HostVerdict.Fine ? AttachMethod.Multi : AttachMethod.PerfEvent;
        findings.Add(Try("returns", HostVerdict.Missing, "attached, hit, detached", () => Hit(method, onReturn: true)));
    }

    private static void AddOptionalFeatures(List<HostFinding> findings)
    {
        using var statistics = RunStatistics.TryOpen();
        findings.Add(statistics is not null
            ? new HostFinding("run time of programs", HostVerdict.Fine, "budgets include it")
            : new HostFinding(
                "run time of programs", HostVerdict.Limited, "not measured",
                "with CAP_SYS_ADMIN, budgets also count the time in a rule's own program"));
        var capabilities = Capabilities();
        findings.Add(Holds(capabilities, SysPtrace)
            ? new HostFinding("other users' processes", HostVerdict.Fine, "CAP_SYS_PTRACE")
            : new HostFinding("other users' processes", HostVerdict.Limited, "their names and files are hidden", "needs CAP_SYS_PTRACE"));
        findings.Add(Holds(capabilities, DacReadSearch)
            ? new HostFinding("other users' binaries", HostVerdict.Fine, "CAP_DAC_READ_SEARCH")
            : new HostFinding("other users' binaries", HostVerdict.Limited, "those that only their owner may read cannot be " +
                "probed", "needs CAP_DAC_READ_SEARCH"));
        findings.Add(AgentProcessId.IsShownAs(AgentProcessId.Id())
            ? new HostFinding("process IDs", HostVerdict.Fine, "those of the kernel")
            : new HostFinding(
                "process IDs", HostVerdict.Limited,
                "those of another PID namespace: exe, ppid and cmdline are missing for processes that began before the agent",
                "give the agent the PID namespace of the host: docker run --pid=host, hostPID: true"));
        findings.Add(
            Try("packet rules", HostVerdict.Limited, "an XDP program is taken", LoadPacketFilter, "packets cannot be counted or dropped"));
        findings.Add(Try("file notices", HostVerdict.Missing, "inotify", () => new Inotify().Dispose()));
    }

    private static HostFinding Try(string name, HostVerdict otherwise, string detail, Action attempt, string? remedy = null)
    {
        try
        {
            attempt();
            return new HostFinding(name, HostVerdict.Fine, detail);
        }
        catch (KernelException refusal)
        {
            // A capability that the refusal names is a better remedy than a kernel version.
            return new HostFinding(
                name, otherwise, refusal.Message, refusal.Message.Contains("needs ", StringComparison.Ordinal) ? null : remedy);
        }
    }

    /// <summary>Attaches to a function of our own and calls it: a probe that can be attached may still not fire.</summary>
    private static void Hit(AttachMethod method, bool onReturn)
    {
        const int calls = 3;
        var function = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64
            ? FunctionArm64
            : FunctionX64;
        using var code = TestFunction.TryMap((0, function)) ?? throw new KernelException("map", "code of our own", KernelException.Eperm);
        using var count = BpfMap.Create(MapType.Array, "ta_doctor", new MapSize(4, 8, 1));
        using var program = BpfProgram.Load(
            Counting(count, onReturn), "ta_doctor", method == AttachMethod.Multi ? UprobeLink.TraceUprobeMulti : 0);
        using (UprobeLink.Attach(method, program, new UprobeFile(code.Path, "a function of our own"), [default], onReturn))
        {
            code.Call(0, calls);
        }

        var value = new byte[8];
        _ = count.TryLookup(new byte[4], value);
        if (MemoryMarshal.Read<long>(value) != calls)
        {
            throw new KernelException(
                "hit", $"a probe {MemoryMarshal.Read<long>(value)} times instead of {calls.ToString(CultureInfo.InvariantCulture)}",
                KernelException.Einval, "needs a kernel whose uprobes work");
        }
    }

    /// <summary>Loads the packet filter. It is not attached, because attaching could take a network card down for a moment.</summary>
    private static void LoadPacketFilter() =>
        PacketFilter.Load(
            "doctor", new PacketFilterOptions { SourceCapacity = 1024, DeniedCapacity = 1024, PrefixCapacity = 1024 }).Dispose();

    private static ProbeProgram Trivial()
    {
        var code = new Assembler();
        code.Set(Reg.R0, 0);
        code.Exit();
        return new ProbeProgram(OnReturn: false, Sleepable: false, code.Finish());
    }

    private static ProbeProgram Counting(BpfMap count, bool onReturn)
    {
        var code = new Assembler();
        code.MapValue(Reg.R1, count.Fd, 0);
        code.Set(Reg.R2, 1);
        code.AtomicAdd(Reg.R1, 0, Reg.R2);
        code.Set(Reg.R0, 0);
        code.Exit();
        return new ProbeProgram(onReturn, Sleepable: false, code.Finish());
    }

    private static bool Holds(ulong capabilities, int number) => (capabilities & (1ul << number)) != 0;

    /// <summary>The effective capabilities (proc(5), CapEff).</summary>
    private static ulong Capabilities()
    {
        const string key = "CapEff:";
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                return ulong.Parse(line.AsSpan(key.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
