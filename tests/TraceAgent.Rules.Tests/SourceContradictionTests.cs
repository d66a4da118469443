using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

/// <summary>What a rule says by hand beside what debug information says: int f(char *text, int n, struct user *user, long size).</summary>
public class SourceContradictionTests
{
    private const int Char = 0;
    private const int Text = 1;
    private const int Int = 2;
    private const int User = 3;
    private const int UserPointer = 4;
    private const int Long = 5;
    private const int Double = 6;

    private static readonly DebugSiteAbi Place = new(CSiteAbi.X64)
    {
        Types = new TypeTable(
        [
            new TypeShape.Character("char", 1), new TypeShape.Pointer("char *", 8, Char, IsReference: false),
            new TypeShape.Integer("int", 4, Signed: true), new TypeShape.Structure("struct user", 8, IsUnion: false, []),
            new TypeShape.Pointer("struct user *", 8, User, IsReference: false), new TypeShape.Integer("long", 8, Signed: true),
            new TypeShape.Float("double", 8),
        ]),
        Parameters =
        [
            new("text", Text, InRegister(5)), new("n", Int, InRegister(4)), new("user", UserPointer, InRegister(1)),
            new("size", Long, InRegister(2)),
        ],
        Result = new("ret", Int, InRegister(0)),
    };

    [Theory]
    [InlineData("args: [a: int]", "'a' of f is 'char *' in the source; 'int32' shows 4 of its 8 bytes")]
    [InlineData("args: [_, a: string]", "'a' of f is 'int' in the source, which is no address")]
    [InlineData("args: [_, a: long]", "'a' of f is 'int' in the source; the other bytes of 'int64' are whatever is in the register")]
    [InlineData("args: [_, _, a: string]", "'a' of f is 'struct user *' in the source, where no text lies")]
    [InlineData("args: [_, _, _, a: short]", "'a' of f is 'long' in the source; 'int16' shows 2 of its 8 bytes")]
    [InlineData("args: 5", "f has 4 parameters in the source; 'arg5' is whatever is in the register")]
    [InlineData("signature: 'void f(int)'", "'arg1' of f is 'char *' in the source; 'int32' shows 4 of its 8 bytes")]
    [InlineData("on: call, ret: string", "the result of f is 'int' in the source, which is no address")]
    public void What_contradicts_the_source_is_a_warning(string keys, string message) =>
        Assert.Equal([message], Messages(keys, Place));

    [Theory]
    [InlineData("args: 4")]
    [InlineData("args: [a: string, b: int, c: ptr, d: size_t]")]
    [InlineData("args: [a: long, _, c: uint64]")]
    [InlineData("args: [a: bytes(4), b: 'enum {0: GET}', c: bytes(8), d: duration]")]
    [InlineData("on: call, ret: errno")]
    [InlineData("on: call")]
    public void What_may_be_meant_so_is_none(string keys) => Assert.Empty(Messages(keys, Place));

    [Fact]
    public void A_function_that_may_take_more_has_any_number_of_arguments() =>
        Assert.Empty(Messages("args: 6", Place with { TakesMore = true }));

    [Fact]
    public void A_result_that_is_not_there_is_a_warning()
    {
        var real = Place with { Result = new("ret", Double, new LocationPiece.Missing(MissingReason.VectorRegister)) };

        Assert.Equal(["the result of f is nothing (void) in the source"], Messages("on: call, ret: int", Place with { Result = null }));
        Assert.Equal(["the result of f is 'double', in a register that no probe sees"], Messages("on: call, ret: int", real));
    }

    [Fact]
    public void The_warning_stands_at_the_argument()
    {
        var warning = Assert.Single(SourceContradictions.Of(Rule("args: [_, a: string]"), Place, "f"));

        Assert.Equal((SourceContradictions.Code, 1, 52), (warning.Code, warning.At.Line, warning.At.Column));
    }

    private static IEnumerable<string> Messages(string keys, DebugSiteAbi place) =>
        SourceContradictions.Of(Rule(keys), place, "f").Select(warning => warning.Message);

    private static LocationPiece.Value InRegister(int number) => new(new Expr.Register(number));

    private static Rule Rule(string keys)
    {
        var text = $"rules: [{{name: x, binary: /b, symbol: f, {keys}}}]";
        var file = RuleFileReader.Read("x.yaml", "/", Encoding.UTF8.GetBytes(text));
        Assert.Empty(file.Diagnostics);
        return file.Rules[0];
    }
}
