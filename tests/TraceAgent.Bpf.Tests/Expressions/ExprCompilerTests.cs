using System.Buffers.Binary;
using CsCheck;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Tests.Expressions;

/// <summary>The instructions for an expression, executed here, give what C# computes.</summary>
public sealed class ExprCompilerTests
{
    private const ulong BlockAddress = 0x5555_0000_1000;
    private const long LoadAddress = 0x7fff_f7c0_0000;

    /// <summary>DWARF number of rip.</summary>
    private const int InstructionPointer = 16;

    private static readonly long[] Arguments = [-3, 0x1234_5678_89ab_cdef, 5, 0, -0x7fff_8001, (long)BlockAddress];

    [Fact]
    public void Every_construct_has_the_value_that_its_documentation_promises()
    {
        var surroundings = Around(Arguments);

        foreach (var expr in SampleExpressions.EveryConstruct())
        {
            AssertSame(expr, surroundings);
        }
    }

    [Fact]
    public void Random_expressions_have_the_same_value_in_instructions_as_in_CSharp()
    {
        Gen.Select(SampleExpressions.Tree, SampleExpressions.Value.Array[5]).Sample(
            (expr, values) => AssertSame(expr, Around([.. values, (long)BlockAddress])),
            iter: 5_000);
    }

    [Theory]
    [InlineData(SpecialValue.Pid, 4_000_000)]
    [InlineData(SpecialValue.Tid, 4_000_001)]
    [InlineData(SpecialValue.Uid, 0xffff_fffe)]
    [InlineData(SpecialValue.Gid, 0x8000_0001)]
    [InlineData(SpecialValue.Now, long.MaxValue)]
    [InlineData(SpecialValue.Cgroup, 0x1_0000_0001)]
    [InlineData(SpecialValue.LoadAddress, LoadAddress)]
    [InlineData(SpecialValue.ThreadPointer, 0x7fff_f7fb_0740)]
    public void What_the_kernel_knows_of_the_hit_can_be_computed_with(SpecialValue special, long expected)
    {
        var expr = new Expr.Binary(BinaryOperator.Add, SampleExpressions.Argument(3), new Expr.Special(special));

        Assert.Equal(expected, Execute(expr, Around(Arguments)));
    }

    [Fact]
    public void What_is_relative_to_the_file_or_the_thread_is_computed_in_every_branch()
    {
        var place = new Expr.Binary(BinaryOperator.Add, new Expr.Special(SpecialValue.LoadAddress), new Expr.Constant(16));
        var thread = new Expr.Binary(BinaryOperator.Subtract, new Expr.Special(SpecialValue.ThreadPointer), place);
        var skipped = new Expr.Binary(BinaryOperator.AndAlso, new Expr.Constant(0), place);

        var both = new Expr.Binary(BinaryOperator.Multiply, thread, place);

        AssertSame(new Expr.Binary(BinaryOperator.Xor, skipped, both), Around(Arguments));
    }

    [Fact]
    public void Registers_are_read_where_each_architecture_keeps_them()
    {
        foreach (var architecture in new[] { Architecture.X64, Architecture.Arm64 })
        {
            for (var number = 0; number < architecture.RegisterOffsets.Count; number++)
            {
                Assert.Equal(1000 + number, Execute(new Expr.Register(number), Around(Arguments, number => 1000 + number), architecture));
            }
        }
    }

    [Theory]
    [InlineData(BinaryOperator.AndAlso, 0, 0L)]
    [InlineData(BinaryOperator.AndAlso, 9, null)]
    [InlineData(BinaryOperator.OrElse, 9, 1L)]
    [InlineData(BinaryOperator.OrElse, 0, null)]
    public void The_right_side_is_read_only_when_the_left_does_not_decide(BinaryOperator @operator, long left, long? expected)
    {
        var faults = new Expr.Load(new Expr.Constant(0), 8, Signed: false);

        Assert.Equal(expected, Execute(new Expr.Binary(@operator, new Expr.Constant(left), faults), Around(Arguments)));
    }

    [Fact]
    public void Temporaries_fill_the_stack_of_the_kernel_to_its_end()
    {
        var slots = (512 + StackFrame.Temporaries) / 8;

        AssertSame(NestedToTheRight(slots), Around(Arguments));
    }

    [Fact]
    public void An_expression_that_needs_more_stack_than_the_kernel_has_is_refused()
    {
        var slots = (512 + StackFrame.Temporaries) / 8;

        var refusal = Assert.Throws<ArgumentException>(() => Execute(NestedToTheRight(slots + 1), Around(Arguments)));

        Assert.Contains("512-byte stack", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Temporaries_are_given_back()
    {
        var wide = Enumerable.Repeat(NestedToTheRight(3), 200)
            .Aggregate((left, right) => new Expr.Binary(BinaryOperator.Xor, left, right));

        AssertSame(wide, Around(Arguments));
    }

    /// <summary>Each level keeps its left side while the right one is computed.</summary>
    private static Expr.Binary NestedToTheRight(int levels) => levels == 0
        ? new Expr.Binary(BinaryOperator.Add, SampleExpressions.Argument(0), SampleExpressions.Argument(1))
        : new Expr.Binary(BinaryOperator.Subtract, SampleExpressions.Argument(levels % 5), NestedToTheRight(levels - 1));

    private static void AssertSame(Expr expr, Surroundings surroundings)
    {
        var expected = surroundings.Evaluate(expr);
        var actual = Execute(expr, surroundings);
        Assert.True(expected == actual, $"{expr}\nin C#: {expected?.ToString() ?? "fault"}, in BPF: {actual?.ToString() ?? "fault"}");
    }

    private static long? Execute(Expr expr, Surroundings surroundings, Architecture? architecture = null)
    {
        architecture ??= Architecture.X64;
        var code = new Assembler();
        var fault = new Label();
        code.Set(Reg.R9, 0);
        new ExprCompiler(code, architecture, StackFrame.Temporaries) { ThreadPointer = BpfMachine.ThreadPointer }
            .Compute(expr, Reg.R0, fault);
        code.Exit();
        code.Place(fault);
        code.Set(Reg.R9, 1);
        code.Exit();

        var context = new byte[8 * 40];
        for (var number = 0; number < architecture.RegisterOffsets.Count; number++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(context.AsSpan(architecture.RegisterOffsets[number]), surroundings.Register(number));
        }

        var machine = new BpfMachine(surroundings, context);
        var value = machine.Run(code.Finish());
        return machine.Registers[9] == 0 ? value : null;
    }

    private static Surroundings Around(long[] arguments, Func<int, long>? register = null)
    {
        var numbers = Architecture.X64.ArgumentRegisters.ToList();
        return new Surroundings(
            register ?? Register,
            BlockAddress,
            SampleExpressions.Block(BlockAddress),
            special => special switch
            {
                SpecialValue.Pid => 4_000_000,
                SpecialValue.Tid => 4_000_001,
                SpecialValue.Uid => 0xffff_fffe,
                SpecialValue.Gid => 0x8000_0001,
                SpecialValue.Now => long.MaxValue,
                SpecialValue.LoadAddress => LoadAddress,
                SpecialValue.ThreadPointer => 0x7fff_f7fb_0740,
                _ => 0x1_0000_0001,
            });

        long Register(int number)
        {
            if (number == InstructionPointer)
            {
                return LoadAddress + BpfMachine.SiteOffset;
            }

            return numbers.IndexOf(number) is var index and >= 0 ? arguments[index] : 0;
        }
    }
}
