using System.Text;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.Bpf.Tests;

public sealed class ProbeCompilerTests
{
    private static readonly ProbeBinding Binding = new()
    {
        Slot = 3,
        Limiter = 5,
        Waits = PageWaits.Unbound,
        Self = 4321,
        Ring = 11,
        Control = 12,
        Counters = 13,
        Marks = 14,
        InFlight = 15,
        InFlightSize = StackFrame.CallValueSize,
        Durations = 16,
    };

    public static TheoryData<string> Plans => SamplePlans.Names;

    [Theory, MemberData(nameof(Plans))]
    public void A_plan_compiles_to_the_instructions_of_its_case_file(string name)
    {
        var text = new StringBuilder();
        foreach (var program in Compile(name))
        {
            text.Append("on ").Append(program.OnReturn ? "return" : "entry").Append(program.Sleepable ? ", may wait:\n" : ":\n")
                .Append(Disassembler.Describe(program.Instructions)).Append('\n');
        }

        CaseFiles.AssertMatches($"{name}.txt", text.ToString());
    }

    [Theory, MemberData(nameof(Plans))]
    public void The_same_plan_compiles_to_the_same_instructions(string name)
    {
        var first = Compile(name);
        var second = Compile(name);

        Assert.Equal(first.Select(program => program.Instructions), second.Select(program => program.Instructions));
    }

    [Theory, MemberData(nameof(Plans))]
    public void A_record_is_given_back_on_every_path_and_never_held_while_waiting(string name)
    {
        foreach (var program in Compile(name))
        {
            RecordPaths.AssertSound(program.Instructions);
        }
    }

    [Theory]
    [InlineData("entry-two-args", false)]
    [InlineData("entry-seventh-arg", true)]
    [InlineData("return-text", true)]
    [InlineData("call", false)]
    [InlineData("call-with-texts", true)]
    public void Only_programs_that_read_memory_may_wait(string name, bool expected)
    {
        foreach (var program in Compile(name))
        {
            Assert.Equal(expected, program.Sleepable);
            Assert.Equal(expected, program.Instructions.Any(one => IsCall(one, BpfFunction.CopyFromUser)));
        }
    }

    [Theory]
    [InlineData("entry-seventh-arg")]
    [InlineData("return-text")]
    [InlineData("call-with-texts")]
    public void No_page_is_waited_for_before_its_mapping_was_looked_at(string name)
    {
        foreach (var program in Compile(name))
        {
            var touch = program.Functions!.Touch;
            var own = program.Instructions.Take(touch);

            Assert.DoesNotContain(own, one => IsCall(one, BpfFunction.CopyFromUser) || IsCall(one, BpfFunction.CopyFromUserTask));
            Assert.Contains(own, one => one is { Opcode: Opcode.Call, Source: Opcode.OwnFunction });
            var look = Array.FindIndex(program.Instructions, one => IsCall(one, BpfFunction.FindMapping));
            Assert.InRange(look, touch, Array.FindIndex(program.Instructions, one => IsCall(one, BpfFunction.CopyFromUser)));
        }
    }

    [Fact]
    public void A_rule_that_reads_plainly_has_no_program_that_may_wait()
    {
        foreach (var program in ProbeCompiler.Compile(SamplePlans.All["call-with-texts"] with { ReadsPlainly = true }, Binding))
        {
            Assert.False(program.Sleepable);
            Assert.DoesNotContain(program.Instructions, one => IsCall(one, BpfFunction.CopyFromUser));
        }
    }

    [Theory, MemberData(nameof(Plans))]
    public void Where_programs_may_not_wait_they_read_once(string name)
    {
        foreach (var program in Compile(name, Binding with { Waits = null }))
        {
            Assert.False(program.Sleepable);
            Assert.DoesNotContain(program.Instructions, one => IsCall(one, BpfFunction.CopyFromUser));
            Assert.DoesNotContain(program.Instructions, one => one.Opcode == Opcode.Jump && one.Offset < 0);
            RecordPaths.AssertSound(program.Instructions);
        }
    }

    [Theory]
    [InlineData("entry-no-args", new[] { false })]
    [InlineData("return-text", new[] { true })]
    [InlineData("both", new[] { true, false })]
    [InlineData("call", new[] { true, false })]
    [InlineData("call-at-ret", new[] { false, true })]
    [InlineData("call-that-leaves", new[] { false, true, true, true, true, true })]
    public void There_is_a_program_for_the_sites_and_one_for_each_form_of_exit(string name, bool[] onReturn) =>
        Assert.Equal(onReturn, Compile(name).Select(program => program.OnReturn));

    [Theory, MemberData(nameof(Plans))]
    public void Records_have_exactly_the_size_of_their_layout(string name)
    {
        var plan = SamplePlans.All[name];
        var sizes = plan.Kinds.Select(kind => plan.LayoutOf(kind).Size).Distinct().Order();

        Assert.Equal(sizes, Compile(name).SelectMany(program => ReservedBy(program.Instructions)).Distinct().Order());
    }

    [Fact]
    public void A_call_in_flight_holds_its_time_and_all_entry_fields() =>
        Assert.Equal(InFlightLayout.EntryPart + 8 + 8, ProbeCompiler.InFlightSize(SamplePlans.All["call"]));

    [Fact]
    public void One_that_is_told_on_return_where_the_file_lies_holds_that_as_well() =>
        Assert.Equal(InFlightLayout.EntryPart + 8, ProbeCompiler.InFlightSize(SamplePlans.All["call-errno"]));

    [Fact]
    public void The_zeros_of_a_new_call_in_flight_suffice_for_the_largest_rule()
    {
        var texts = Enumerable.Range(0, Architecture.MaxArguments).Select(
            i => (i, (CaptureType)new CaptureType.Text(CaptureType.Bytes.Limit)));
        var largest = SamplePlans.Plan(Architecture.X64, ProbeTrigger.Call, [.. texts], CaptureType.Default);

        Assert.InRange(ProbeCompiler.InFlightSize(largest), 12 * CaptureType.Bytes.Limit, ControlLayout.ZerosSize);
    }

    private static List<ProbeProgram> Compile(string name) => Compile(name, Binding);

    private static List<ProbeProgram> Compile(string name, ProbeBinding binding)
    {
        var plan = SamplePlans.All[name];
        return [
            .. ProbeCompiler.Compile(plan, binding),
            .. SamplePlans.ExitsOf(plan).Select(form => ProbeCompiler.CompileExit(plan, binding, form))];
    }

    private static bool IsCall(Instruction instruction, BpfFunction function) =>
        instruction is { Opcode: Opcode.Call, Source: 0 } && instruction.Immediate == (int)function;

    private static IEnumerable<int> ReservedBy(Instruction[] program)
    {
        for (var i = 0; i < program.Length; i++)
        {
            if (IsCall(program[i], BpfFunction.RingbufReserve))
            {
                yield return program.Take(i).Last(one => one is { Opcode: Opcode.Arithmetic | Opcode.Move, Destination: 2 }).Immediate;
            }
        }
    }
}
