using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

/// <summary>Variables that are not of one call, in rules at places of which debug information says them.</summary>
public class StaticVariableTests
{
    private static readonly TypeTable Types = new(
    [
        new TypeShape.Integer("int", 4, Signed: true),
        new TypeShape.Structure("struct config", 16, IsUnion: false, [new("level", 0, 0), new("name", 2, 8)]),
        new TypeShape.Pointer("char *", 8, 3, IsReference: false),
        new TypeShape.Character("char", 1),
    ]);

    private static readonly Expr Load = new Expr.Special(SpecialValue.LoadAddress);

    private static DebugSiteAbi Place { get; } = new(CSiteAbi.X64 with { ReturnsAtInstructions = true })
    {
        Types = Types,
        Variables = [new("n", 0, new LocationPiece.Value(new Expr.Register(5)))],
        Statics =
        [
            new("calls", 0, new LocationPiece.Memory(At(0x4010))),
            new("config", 1, new LocationPiece.Memory(At(0x4020))),
            new("most", 0, new LocationPiece.Value(new Expr.Constant(100))),
            new("n", 0, new LocationPiece.Memory(At(0x4040))),
            new("same", null, new LocationPiece.Missing(MissingReason.OptimisedOut)) { Candidates = ["a.c:3", "b.c:1"] },
            new("depth", 0, new LocationPiece.Missing(MissingReason.ThreadLocal)) { WhyMissing = "it is found by a function" },
        ],
    };

    [Theory]
    [InlineData("calls", "*(int32*)(load address + 0x4010)")]
    [InlineData("config.level", "*(int32*)(load address + 0x4020)")]
    [InlineData("config.name", "text at *(uint64*)((load address + 0x4020) + 8)")]
    [InlineData("most", "(int32)100")]
    [InlineData("n", "(int32)rdi")]
    [InlineData("calls + n", "*(int32*)(load address + 0x4010) + (int32)rdi")]
    public void A_variable_is_read_where_the_file_lies_unless_a_parameter_has_its_name(string expression, string place)
    {
        var bound = BoundRule.Of(Rule($"capture: {{x: '{expression}'}}"), Place);

        Assert.Empty(bound.Problems);
        var value = bound.ValuesOf(EventKind.Entry).Single(value => value.Name == "x");
        Assert.Equal(place, new ExprText(Architecture.X64, []).Of(bound.Plan.EntryFields[value.FieldIndex]));
    }

    [Theory]
    [InlineData("calls", "*(int32*)(load address + 0x4010)")]
    [InlineData("config.level + n", "*(int32*)(load address + 0x4020) + (int32)(rdi on entry)")]
    public void At_the_return_it_is_read_then(string expression, string place)
    {
        var bound = BoundRule.Of(Rule($"on: call, capture: {{x: {{value: '{expression}', at: return}}}}"), Place);

        Assert.Empty(bound.Problems);
        Assert.True(bound.Plan.KeepsLoadAddress);
        var (entry, late) = (bound.Plan.EntryFields, bound.Plan.ReturnFields);
        var value = bound.ValuesOf(EventKind.Call).Single(value => value.Name == "x");
        Assert.Equal(place, new ExprText(Architecture.X64, entry).Of(late[value.FieldIndex - entry.Count]));
    }

    [Fact]
    public void Beside_a_result_it_is_still_the_one_of_the_entry()
    {
        var bound = BoundRule.Of(Rule("on: call, ret: int, capture: {x: ret + calls}, when: ret > calls"), Place);

        Assert.Empty(bound.Problems);
        Assert.False(bound.Plan.KeepsLoadAddress);
        Assert.Equal(
            "(int32)rax > (*(int32*)(load address + 0x4010) on entry)",
            new ExprText(Architecture.X64, bound.Plan.EntryFields).Of(bound.Plan.ReturnCondition!));
    }

    [Fact]
    public void Of_two_events_both_have_it()
    {
        var bound = BoundRule.Of(Rule("on: both, capture: {x: calls}, when: calls > 1"), Place);

        Assert.Empty(bound.Problems);
        Assert.All(bound.Plan.Kinds, kind => Assert.Contains(bound.ValuesOf(kind), value => value.Name == "x"));
        Assert.Equal(bound.Plan.EntryCondition, bound.Plan.ReturnCondition);
    }

    [Fact]
    public void A_message_can_name_it()
    {
        var bound = BoundRule.Of(Rule("format: '{n} of {calls}, {config.level} {most:x4}'"), Place);

        Assert.Empty(bound.Problems);
        Assert.Equal(["n", "config_level", "calls", "most"], bound.ValuesOf(EventKind.Entry).Select(value => value.Name));
    }

    [Fact]
    public void Only_what_is_named_is_shown() =>
        Assert.Equal(["n"], BoundRule.Of(Rule("level: Debug"), Place).ValuesOf(EventKind.Entry).Select(value => value.Name));

    [Fact]
    public void A_value_of_the_rule_comes_first()
    {
        var bound = BoundRule.Of(Rule("capture: {calls: n * 2}, when: calls > 1"), Place);

        Assert.Equal("((int32)rdi * 2) > 1", new ExprText(Architecture.X64, []).Of(bound.Plan.EntryCondition!));
    }

    [Theory]
    [InlineData(
        "same", "'same' has no value", "several variables have that name, and none of them is of this source file: a.c:3, b.c:1")]
    [InlineData("depth", "'depth' has no value", "it is found by a function")]
    [InlineData("cals", "unknown name 'cals'", "did you mean 'calls'?")]
    public void What_cannot_be_read_is_said_with_the_reason(string name, string message, string hint)
    {
        var problem = Assert.Single(BoundRule.Of(Rule($"when: {name} > calls"), Place).Problems);

        Assert.Equal((message, hint), (problem.Message, problem.Hint));
    }

    [Fact]
    public void At_the_caller_nothing_says_where_the_file_lies()
    {
        var place = Place with { ReturnsAtInstructions = false };

        var problem = Assert.Single(BoundRule.Of(Rule("on: both, return_at: caller, unsafe: true, when: calls > 1"), place).Problems);

        Assert.Equal("TA248", problem.Code);
    }

    [Fact]
    public void A_rule_asks_for_the_names_that_may_be_variables()
    {
        var rule = Rule(
            "on: call, capture: {x: 'a->b + c[d]', y: x + pid}, when: 'ret > arg1 && *e == errno', "
            + "format: '{f} {errno} {g.h} {x} {duration} {{i}}'");

        Assert.Equal(["a", "c", "d", "e", "f", "g", "g.h", "x"], rule.VariableNames.Order(StringComparer.Ordinal));
        Assert.Empty(Rule("capture: {x: n}", "[n: int]").VariableNames);
    }

    [Fact]
    public void A_name_has_its_namespaces_or_package_in_front()
    {
        var rule = Rule("capture: {x: 'shop::Cart::count + main.total'}, format: '{shop::count:x} {y::z,5} {shop::count}'");

        Assert.Equal(
            ["main", "main.total", "shop::Cart::count", "shop::count", "y::z"], rule.VariableNames.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("when: 'shop::count > 1'", "unknown name 'shop::count'")]
    [InlineData("format: '{shop::count}'", "'{shop::count}' does not name a value")]
    [InlineData("format: '{req->user}'", "'{req->user}' does not name a value")]
    public void Without_debug_information_the_hint_says_how_to_have_it(string key, string message)
    {
        var file = RuleFileReader.Read(
            "x.yaml", "/", Encoding.UTF8.GetBytes($"rules: [{{name: x, binary: /b, symbol: f, args: 1, {key}}}]"));

        var problem = Assert.Single(file.Diagnostics);
        Assert.Equal(message, problem.Message);
        Assert.EndsWith("debug information: add 'args: auto'", problem.Hint, StringComparison.Ordinal);
    }

    private static Expr.Binary At(long address) => new(BinaryOperator.Add, Load, new Expr.Constant(address));

    private static Rule Rule(string keys, string arguments = "auto")
    {
        var file = RuleFileReader.Read(
            "x.yaml", "/", Encoding.UTF8.GetBytes($"rules: [{{name: x, binary: /b, symbol: f, args: {arguments}, {keys}}}]"));
        Assert.Empty(file.Diagnostics);
        return file.Rules[0];
    }
}
