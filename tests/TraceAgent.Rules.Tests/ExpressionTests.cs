using System.Text;
using CsCheck;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Files;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

public class ExpressionTests
{
    private static readonly Architecture X64 = Architecture.X64;

    private static readonly (string Name, string Type)[] Arguments =
        [("a", "int"), ("b", "uint64"), ("c", "uint8"), ("d", "int64"), ("e", "bool"), ("f", "short")];

    [Fact]
    public void An_expression_written_down_is_read_back() =>
        ExpressionText.Numbers("a", "ret").Sample(
            syntax =>
            {
                var problems = new List<TextProblem>();
                var text = ExpressionText.Of(syntax);
                var read = ExpressionParser.Parse(text, _ => false, problems.Add);
                Assert.Empty(problems);
                Assert.Equal(ExpressionText.Bare(syntax), ExpressionText.Bare(read!));
            },
            iter: 5_000);

    [Fact]
    public void A_path_to_a_member_written_down_is_read_back() =>
        ExpressionText.Paths("cart", "items", "x1").Sample(
            syntax =>
            {
                var read = ExpressionParser.Parse(ExpressionText.Of(syntax), _ => false, problem => Assert.Fail(problem.Message));
                Assert.Equal(ExpressionText.Bare(syntax), ExpressionText.Bare(read!));
            },
            iter: 1_000);

    [Theory]
    [InlineData("1 + 2 * 3", 7)]
    [InlineData("(1 + 2) * 3", 9)]
    [InlineData("10 - 4 - 3", 3)]
    [InlineData("1 << 2 + 1", 8)]
    [InlineData("1 | 2 ^ 3 & 1", 3)]
    [InlineData("1 == 2 < 3", 1)]
    [InlineData("-7 / 2", -3)]
    [InlineData("-7 % 2", -1)]
    [InlineData("7 / -2", -3)]
    [InlineData("5 / 0", 0)]
    [InlineData("-5 % 0", -5)]
    [InlineData("-1 < 0", 1)]
    [InlineData("-1 < (uint64)0", 0)]
    [InlineData("~0 >> 60", -1)]
    [InlineData("0xffffffffffffffff >> 60", 15)]
    [InlineData("(uint8)-1", 255)]
    [InlineData("(int8)255", -1)]
    [InlineData("(bool)256", 1)]
    [InlineData("'a' + 1", 98)]
    [InlineData("'\\n'", 10)]
    [InlineData("10ms / 1us", 10_000)]
    [InlineData("1s > 999ms", 1)]
    [InlineData("2 * 3ms == 6000000ns", 1)]
    [InlineData("!0 && !!5", 1)]
    [InlineData("0 || 0x10", 1)]
    [InlineData("100UL", 100)]
    [InlineData("- -1", 1)]
    public void C_is_followed(string text, long expected) => Assert.Equal(expected, Evaluate(text, _ => 0, _ => 0));

    [Fact]
    public void The_kernel_computes_what_C_would()
    {
        var values = Gen.Long.Array[Arguments.Length];
        Gen.Select(ExpressionText.Numbers([.. Arguments.Select(a => a.Name)]), values).Sample(
            (syntax, registers) =>
            {
                if (Rule($"[{string.Join(", ", Arguments.Select(a => $"{a.Name}: {a.Type}"))}]", ExpressionText.Of(syntax), "entry")
                    is not { } rule)
                {
                    return;
                }

                var plan = BoundRule.Of(rule, CSiteAbi.X64).Plan;
                var kernel = new ExprValue(r => registers[X64.ArgumentRegisters.ToList().IndexOf(r)], _ => 0).Of(plan.EntryCondition!);
                Assert.Equal(Direct(syntax, registers, 0).Bits, kernel);
            },
            iter: 4_000);
    }

    [Fact]
    public void A_condition_of_a_call_split_between_entry_and_return_decides_the_same()
    {
        var values = Gen.Long.Array[Arguments.Length];
        Gen.Select(ExpressionText.Numbers([.. Arguments.Select(a => a.Name), "ret", "ret"]), values, Gen.Long).Sample(
            (syntax, registers, returned) =>
            {
                if (Rule($"[{string.Join(", ", Arguments.Select(a => $"{a.Name}: {a.Type}"))}]", ExpressionText.Of(syntax), "call")
                    is not { } rule)
                {
                    return;
                }

                var plan = BoundRule.Of(rule, CSiteAbi.X64).Plan;
                long Register(int number) => registers[X64.ArgumentRegisters.ToList().IndexOf(number)];
                var onEntry = new ExprValue(Register, _ => throw new InvalidOperationException("an entry has no entry fields"));
                var onReturn = new ExprValue(
                    r => r == X64.ReturnRegister ? returned : throw new InvalidOperationException("arguments are gone"),
                    i => onEntry.Of(plan.EntryFields[i].Value));
                var passes = (plan.EntryCondition is null || onEntry.Of(plan.EntryCondition) != 0)
                    && (plan.ReturnCondition is null || onReturn.Of(plan.ReturnCondition) != 0);
                Assert.Equal(Direct(syntax, registers, returned).Bits != 0, passes);
            },
            iter: 4_000);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("-")]
    [InlineData("a[")]
    [InlineData("1+")]
    [InlineData("*(char**)")]
    [InlineData("a/")]
    public void Long_and_deep_expressions_are_refused_or_read(string repeated)
    {
        foreach (var length in new[] { 4096, 100_000 })
        {
            var text = string.Concat(Enumerable.Repeat(repeated, length / repeated.Length)) + "1";
            var problems = new List<TextProblem>();
            if (ExpressionParser.Parse(text, _ => true, problems.Add) is { } syntax)
            {
                ExpressionBinder.Bind(syntax, PlaceScope.Of(CSiteAbi.X64), problems.Add, out _);
            }

            Assert.NotEmpty(problems);
        }
    }

    private static long Evaluate(string text, Func<int, long> register, Func<int, long> field)
    {
        var plan = BoundRule.Of(Rule("[x: int]", text, "entry")!, CSiteAbi.X64).Plan;
        return new ExprValue(register, field).Of(plan.EntryCondition!);
    }

    private static CNumber Direct(Syntax syntax, long[] registers, long returned) => CNumber.Of(syntax, name =>
    {
        if (name == "ret")
        {
            return new CNumber(returned, false);
        }

        var index = Array.FindIndex(Arguments, a => a.Name == name);
        var type = TypeText.Read(Arguments[index].Type, _ => { })!.Static;

        // A bool is one byte of its register; every other byte is undefined.
        var value = new CNumber(registers[index], false);
        return CNumber.Cast(type, type is StaticType.Bool ? CNumber.Cast(new StaticType.Integer(1, false), value) : value);
    });

    /// <summary>Null when the expression computes too much.</summary>
    private static Rule? Rule(string arguments, string when, string on)
    {
        var text = $"rules: [{{name: x, binary: /b, symbol: f, on: {on}, args: {arguments}, when: " +
            $"\"{when.Replace("\\", "\\\\", StringComparison.Ordinal)}\"}}]";
        var file = RuleFileReader.Read("x.yaml", "/", Encoding.UTF8.GetBytes(text));
        Assert.DoesNotContain(file.Diagnostics, d => d.Code != DiagnosticCode.ExpressionTooLarge);
        return file.HasErrors ? null : file.Rules[0];
    }
}
