using System.Globalization;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Ring;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;

namespace TraceAgent.EndToEnd;

/// <summary>Plans loaded into the real kernel and attached to a running <c>constructs.c</c>, without the agent around them.</summary>
internal sealed class KernelBench : IDisposable
{
    private readonly BpfSession _session;
    private readonly string _executable = TracedProgram.Compile("constructs");

    public KernelBench(AttachMethod method, WaitPolicy? policy = null)
    {
        _session = BpfSession.Open(
            1 << 20, method == AttachMethod.Perf ? Bpf.Uprobes.AttachMethod.PerfEvent : Bpf.Uprobes.AttachMethod.Multi, policy);
        Program = TracedProgram.Start(_executable);
        BlockAddress = long.Parse(Program.ReadLine(), CultureInfo.InvariantCulture);
    }

    public TracedProgram Program { get; }

    /// <summary>Of the program's 64 bytes: their own address, then known ones.</summary>
    public long BlockAddress { get; }

    /// <summary>The records of one plan on <paramref name="function"/> while the program is told a line.</summary>
    public IReadOnlyList<KernelRecord> Hit(CapturePlan plan, string function, params string[] lines)
    {
        using var probe = _session.Load(plan, "bench");
        using var attached = probe.Attach(new UprobeFile(_executable, _executable), [new UprobeSite(OffsetOf(function))], firstCookie: 41);
        probe.Activate();
        foreach (var line in lines)
        {
            Program.Ask(line);
        }

        probe.Deactivate();
        _session.WaitForHandlers();
        Assert.Equal(new KernelCounts { Calls = lines.Length * plan.Kinds.Count }, probe.Counts);
        var records = new Records();
        _session.Ring.Read(records);
        return records.All;
    }

    public void Dispose()
    {
        Program.Dispose();
        _session.Dispose();
    }

    /// <summary>The code of a position-independent executable lies in the file where nm says it lies in memory.</summary>
    private ulong OffsetOf(string function)
    {
        var line = Command.OutputOf("nm", _executable).Split('\n').Single(
            line => line.EndsWith($" T {function}", StringComparison.Ordinal));
        return ulong.Parse(line.Split(' ')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private sealed class Records : IRecordConsumer
    {
        public List<KernelRecord> All { get; } = [];

        public bool Take(ReadOnlySpan<byte> record)
        {
            All.Add(new KernelRecord(record.ToArray()));
            return true;
        }
    }
}
