using CsCheck;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Programs;
using TraceAgent.Bpf.Tests.Expressions;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Linux;

namespace TraceAgent.EndToEnd;

/// <summary>Everything that a plan can hold is accepted by this kernel's verifier and gives what C# computes.</summary>
public sealed class ConstructTests
{
    private const int FieldsPerProgram = 40;

    // The verifier takes a million steps at most (BPF_COMPLEXITY_LIMIT_INSNS), which forty random texts may exceed.
    private const int RandomFieldsPerProgram = 16;

    private static readonly long[] Arguments = [-3, 0x1234_5678_89ab_cdef, 5, 0, -0x7fff_8001];

    [Theory, BothWays]
    public void Every_construct_has_in_the_kernel_the_value_that_CSharp_computes(AttachMethod method)
    {
        using var bench = new KernelBench(method);

        foreach (var batch in SampleExpressions.EveryConstruct().Chunk(FieldsPerProgram))
        {
            AssertSame(bench, batch, Arguments);
        }
    }

    [Fact]
    public void Random_expressions_have_in_the_kernel_the_value_that_CSharp_computes()
    {
        using var bench = new KernelBench(AttachMethod.Multi);

        Gen.Select(SampleExpressions.Tree.Array[RandomFieldsPerProgram], SampleExpressions.Value.Array[5])
            .Sample((trees, arguments) => AssertSame(bench, trees, arguments), iter: 25, threads: 1);
    }

    [Theory, BothWays]
    public void What_the_kernel_knows_of_a_hit_is_true(AttachMethod method)
    {
        using var bench = new KernelBench(method);
        var plan = Entry([.. Enum.GetValues<SpecialValue>()
            .Where(special => special != SpecialValue.Duration).Select(special => Scalar(new Expr.Special(special)))]);

        var record = Assert.Single(bench.Hit(plan, "Six", "args 0 0 0 0 0"));

        var values = record.Values(plan.LayoutOf(EventKind.Entry)).Cast<long>().ToArray();
        var ids = Command.OutputOf("stat", "-c", "%u %g", $"/proc/{bench.Program.Pid}").Split(' ').Select(long.Parse).ToArray();
        Assert.Equal([bench.Program.Pid, bench.Program.Pid, .. ids], values[..4]);
        Assert.InRange(values[(int)SpecialValue.Now], record.TimeNs, record.TimeNs + 1_000_000_000);
        Assert.NotEqual(0, values[(int)SpecialValue.Cgroup]);
        Assert.Equal((EventKind.Entry, bench.Program.Pid, 41L, "constructs"), (record.Kind, record.Pid, record.Site, record.Comm));
    }

    [Theory, BothWays]
    public void Texts_are_kept_to_their_maximum_and_the_rest_is_told(AttachMethod method)
    {
        using var bench = new KernelBench(method);
        var plan = Entry(new CaptureType.Text(16).Capture(SampleExpressions.Argument(0)), Scalar(SampleExpressions.Argument(1)));

        var records = bench.Hit(plan, "Text", "text 0", "text 1", "text 2", "text 3", "text 4", "text 5", "untouched");

        Assert.Equal(
            ["", "short", "exactly 16 bytes", "seventeen bytes …", Outcome.Null, Outcome.Fault, "ELF\u0002\u0001\u0001"],
            records.Select(record => record.Values(plan.LayoutOf(EventKind.Entry))[0]));
        Assert.Equal([0L, 1, 2, 3, 4, 5, -1], records.Select(record => (long)record.Values(plan.LayoutOf(EventKind.Entry))[1]));
    }

    [Theory, BothWays]
    public void A_call_has_what_was_read_on_entry_and_on_return(AttachMethod method)
    {
        using var bench = new KernelBench(method);
        var text = new CaptureType.Text(300);
        var plan = new CapturePlan(
            Architecture.X64,
            ProbeTrigger.Call,
            [text.Capture(SampleExpressions.Argument(0)), Scalar(SampleExpressions.Argument(1))],
            [text.Capture(Architecture.X64.ReturnValue)]);

        var records = bench.Hit(plan, "Text", "text 1", "text 3", "untouched");

        Assert.Equal(
            [["short", 1L, "short"], [
                "seventeen bytes !", 3L, "seventeen bytes !"], ["ELF\u0002\u0001\u0001", -1L, "ELF\u0002\u0001\u0001"]],
            records.Select(record => record.Values(plan.LayoutOf(EventKind.Call))));
        Assert.All(records, record => Assert.InRange(record.DurationNs, 1, 60_000_000_000));
    }

    [Theory, BothWays]
    public void Arguments_come_from_registers_and_from_the_stack(AttachMethod method)
    {
        using var bench = new KernelBench(method);
        var plan = Twelve(ProbeTrigger.Call);

        var call = Assert.Single(bench.Hit(plan, "Twelve", "sum"));

        Assert.Equal([1L, -2L, 3L, -4L, 5L, -6L, 7L, -8L, 9L, -10L, 11L, -12L, -6L], call.Values(plan.LayoutOf(EventKind.Call)));
    }

    [Theory, BothWays]
    public void Both_makes_an_entry_and_a_return(AttachMethod method)
    {
        using var bench = new KernelBench(method);
        var plan = Twelve(ProbeTrigger.Both);

        var records = bench.Hit(plan, "Twelve", "sum");

        Assert.Equal([EventKind.Entry, EventKind.Return], records.Select(record => record.Kind));
        Assert.Equal([1L, -2L, 3L, -4L, 5L, -6L, 7L, -8L, 9L, -10L, 11L, -12L], records[0].Values(plan.LayoutOf(EventKind.Entry)));
        Assert.Equal([-6L], records[1].Values(plan.LayoutOf(EventKind.Return)));
        Assert.True(records[0].TimeNs < records[1].TimeNs);
    }

    [Fact]
    public void A_program_that_the_verifier_rejects_is_reported_with_its_last_words()
    {
        var code = new Assembler();
        code.Set(Reg.R1, 0);
        code.Load(Reg.R0, Reg.R1, 0);
        code.Exit();

        var refusal = Assert.Throws<KernelException>(
            () => BpfProgram.Load(new ProbeProgram(OnReturn: false, Sleepable: false, code.Finish()), "ta_wrong", 0));

        Assert.Contains("load BPF program ta_wrong", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("R1 invalid mem access 'scalar'", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("processed", refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(KernelBench bench, Expr[] expressions, long[] arguments)
    {
        var plan = Entry([.. expressions.Select(Scalar)]);
        var surroundings = Around(bench, arguments);

        var record = Assert.Single(bench.Hit(plan, "Six", $"args {string.Join(' ', arguments)}"));

        var values = record.Values(plan.LayoutOf(EventKind.Entry));
        for (var i = 0; i < expressions.Length; i++)
        {
            object expected = surroundings.Evaluate(expressions[i]) is { } value ? value : Outcome.Fault;
            Assert.True(expected.Equals(
                values[i]), $"{expressions[i]} of {string.Join(", ", arguments)}\nin C#: {expected}, in the kernel: {values[i]}");
        }
    }

    private static Surroundings Around(KernelBench bench, long[] arguments)
    {
        long[] all = [.. arguments, bench.BlockAddress];
        var numbers = Architecture.X64.ArgumentRegisters.ToList();
        return new Surroundings(
            number => all[numbers.IndexOf(number)], (ulong)bench.BlockAddress, SampleExpressions.Block((ulong)bench.BlockAddress), _ => 0);
    }

    private static CapturePlan Twelve(ProbeTrigger trigger) => new(
        Architecture.X64,
        trigger,
        Enumerable.Range(0, Architecture.MaxArguments).Select(index => Scalar(Architecture.X64.Argument(index))).ToEquatableArray(),
        [Scalar(Architecture.X64.ReturnValue)]);

    private static CapturePlan Entry(params CaptureField[] fields) =>
        new(Architecture.X64, ProbeTrigger.Entry, fields.ToEquatableArray(), []);

    private static CaptureField Scalar(Expr value) => new(value, new Storage.Scalar());
}
