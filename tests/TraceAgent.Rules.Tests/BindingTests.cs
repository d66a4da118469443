using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Tests;

public sealed class BindingTests
{
    private static readonly SiteAbi Go = new GoSiteAbi(Architecture.X64, PassesInRegisters: true);

    private static readonly SiteAbi Usdt = new UsdtSiteAbi(Architecture.X64, [
        new SiteValue(new Expr.Load(new Expr.Register(7), 8, Signed: false), new CaptureType.Float(8), null),
        SiteValue.Missing("it is in %xmm0")]);

    public static TheoryData<string> Words => [.. CaptureType.Named.SelectMany(type => type.Words)];

    [Fact]
    public void The_same_words_of_a_rule_mean_what_each_place_has()
    {
        var rule = Rule("args: 1");

        Assert.Equal(new Expr.Register(5), FieldAt(rule, CSiteAbi.X64).Value);
        Assert.Equal(new Expr.Register(0), FieldAt(rule, Go).Value);
        Assert.Equal(new Expr.Load(new Expr.Register(7), 8, Signed: false), FieldAt(rule, Usdt).Value);
        Assert.Equal(CaptureType.Default, TypeAt(rule, Go));
        Assert.Equal(new CaptureType.Float(8), TypeAt(rule, Usdt));
    }

    [Fact]
    public void What_one_place_does_not_have_another_one_may()
    {
        var rule = Rule("args: 2");

        Assert.Empty(BoundRule.Of(rule, CSiteAbi.X64).Problems);
        Assert.Equal(
            ["argument 2 (it is in %xmm0) cannot be had"], BoundRule.Of(rule, Usdt).Problems.Select(problem => problem.Message));
        Assert.Throws<InvalidOperationException>(() => BoundRule.Of(rule, Usdt).Plan);
    }

    [Fact]
    public void A_rule_is_bound_once_to_each_kind_of_place()
    {
        var bindings = new RuleBindings(Rule("args: 1"));

        Assert.Same(bindings.At(CSiteAbi.X64), bindings.At(new CSiteAbi(Architecture.X64)));
        Assert.NotSame(bindings.At(CSiteAbi.X64), bindings.At(Go));
    }

    [Theory]
    [InlineData("args: [a: int], capture: {x: a+1}", "args: [ 'a' : signed int ], capture: {x: '(a  + 1)'}")]
    [InlineData("args: [a: 'bytes(n)', n: int]", "args: [a: 'bytes( n )', n: 'int  ']")]
    [InlineData("args: [a: int], format: 'x {a}'", "args: [a: int], format: \"x {a}\"")]
    public void Rules_that_ask_for_the_same_are_equal_however_they_are_spelt(string one, string other)
    {
        Assert.Equal(Rule(one), Rule(other));
        Assert.Equal(Rule(one).GetHashCode(), Rule(other).GetHashCode());
    }

    [Theory]
    [InlineData("args: [a: int]", "args: [b: int]")]
    [InlineData("args: [a: int]", "args: [a: uint32]")]
    [InlineData("args: [a: int], when: a > 1", "args: [a: int], when: a > 2")]
    [InlineData("args: [a: ptr], capture: {x: '*(int*)a'}", "args: [a: ptr], capture: {x: '*(short*)a'}")]
    [InlineData("args: [a: int], format: '{a}'", "args: [a: int], format: '{a:x}'")]
    public void Rules_that_ask_for_something_else_differ(string one, string other) => Assert.NotEqual(Rule(one), Rule(other));

    [Theory, MemberData(nameof(Words))]
    public void Every_word_of_a_type_is_read_as_that_type(string word) => Assert.Contains(
        word, TypeText.Read(word, problem => Assert.Fail(problem.Message))!.Type.Words);

    private static CaptureField FieldAt(Rule rule, SiteAbi abi) => Assert.Single(BoundRule.Of(rule, abi).Plan.EntryFields);

    private static CaptureType TypeAt(Rule rule, SiteAbi abi) => Assert.Single(BoundRule.Of(rule, abi).ValuesOf(EventKind.Entry)).Type;

    private static Rule Rule(string keys)
    {
        var file = RuleFileReader.Read("x.yaml", "/", Encoding.UTF8.GetBytes($"rules: [{{name: x, binary: /b, symbol: f, {keys}}}]"));
        Assert.Empty(file.Diagnostics);
        return file.Rules[0];
    }
}
