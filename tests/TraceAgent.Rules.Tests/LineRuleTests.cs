using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

/// <summary>Rules that name a line of source.</summary>
public class LineRuleTests
{
    private static readonly DebugSiteAbi Place = new(CSiteAbi.X64)
    {
        IsLine = true,
        Types = new TypeTable([new TypeShape.Integer("int", 4, Signed: true)]),
        Variables =
        [
            new("total", 0, new LocationPiece.Value(new Expr.Register(3))) { IsLocal = true },
            new("gone", 0, new LocationPiece.Missing(MissingReason.NotLive)) { IsLocal = true, Lives = "lines 3-5" },
            new("count", 0, new LocationPiece.Value(new Expr.Register(5))),
            new("source", 0, new LocationPiece.Value(new Expr.Register(4))),
        ],
        Others = ["quantity"],
    };

    [Theory]
    [InlineData("cart.c:42", "cart.c", 42, 0, false)]
    [InlineData("src/cart.rs:10:7", "src/cart.rs", 10, 7, false)]
    [InlineData("handle_req:+3", "handle_req", 3, 0, true)]
    [InlineData("shop::Cart::add:+0", "shop::Cart::add", 0, 0, true)]
    [InlineData("C:dir/cart.c:42", "C:dir/cart.c", 42, 0, false)]
    public void A_line_is_one_of_a_file_or_counted_from_a_function(string text, string name, uint number, uint column, bool isOfFunction)
    {
        var line = Assert.IsType<Location.Line>(Read($"line: '{text}'").Where.Value);

        Assert.Equal((name, number, column, isOfFunction), (line.Name, line.Number, line.Column, line.IsOfFunction));
        Assert.Equal(text, line.Text);
    }

    [Theory]
    [InlineData("cart.c")]
    [InlineData("cart.c:0")]
    [InlineData("cart.c:-1")]
    [InlineData("cart.c:9999999999")]
    [InlineData(":42")]
    [InlineData("cart.c:42:")]
    public void What_names_no_line_is_an_error_with_examples(string text)
    {
        var problem = Assert.Single(Problems($"line: '{text}'"));

        Assert.Contains("is not a line of a source file", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("line: a.c:1, on: call", "a line is a place in a function: it has no return")]
    [InlineData("line: a.c:1, args: 2", "'args' is of functions, and not of lines")]
    [InlineData("line: a.c:1, signature: 'int f(int a)'", "'signature' is of functions, and not of lines")]
    [InlineData("symbol: f, nearest: true", "'nearest' means nothing without 'line'")]
    [InlineData("symbol: f, args: 1, missing: skip", "'missing' is about values that debug information describes")]
    [InlineData("symbol: f, capture: [$args]", "only debug information knows which variables there are")]
    [InlineData("symbol: f, args: auto, capture: [$locals]", "a function has no other variables yet when it is entered")]
    [InlineData("line: a.c:1, capture: [a + b]", "an item of 'capture' is a value such as req->user->name, {name: expression}, $args")]
    [InlineData("line: a.c:1, capture: [source]", "the rule already has a value 'source'")]
    [InlineData("line: a.c:1, symbol: f", "'symbol' and 'line' exclude each other")]
    public void Keys_that_do_not_go_together_are_errors(string keys, string message) =>
        Assert.Contains(message, Assert.Single(Problems(keys)).Message, StringComparison.Ordinal);

    [Fact]
    public void Groups_capture_all_parameters_or_all_other_variables()
    {
        Assert.Equal(["total", "gone"], NamesAt("line: a.c:1, capture: [$locals]"));
        Assert.Equal(["count", "source_"], NamesAt("line: a.c:1, capture: [$args]"));
        Assert.Equal(["count", "source_", "total"], NamesAt("line: a.c:1, capture: [$args, total]"));
    }

    [Fact]
    public void A_name_in_a_message_captures_the_variable()
    {
        var bound = BoundRule.Of(Read("line: a.c:1, format: '{total} of {count:x} at {source} by {comm}'"), Place);

        Assert.Equal(["total", "count"], bound.ValuesOf(EventKind.Entry).Select(value => value.Name));
    }

    [Fact]
    public void What_was_captured_is_the_message_of_a_rule_without_one() => Assert.Equal(
        "{source} total={total}", BoundRule.Of(Read("line: a.c:1, capture: [total]"), Place).Messages[0].Template.Text);

    [Fact]
    public void A_value_that_is_not_there_is_marked_with_what_is_computed_from_it()
    {
        var bound = BoundRule.Of(Read("line: a.c:1, capture: [gone, {more: gone + 1}, {most: more + total}]"), Place);

        Assert.Empty(bound.Problems);
        Assert.All(bound.ValuesOf(EventKind.Entry), value => Assert.Equal(Outcome.NotLive, value.WhyMissing));
        Assert.Empty(bound.Plan.EntryFields);
    }

    [Theory]
    [InlineData("missing: skip, capture: [gone]")]
    [InlineData("missing: refuse, capture: [$locals]")]
    public void A_value_that_is_not_there_is_a_problem_of_the_place_unless_it_is_marked(string keys) =>
        Assert.Contains(
            "gone", Assert.Single(BoundRule.Of(Read($"line: a.c:1, {keys}"), Place).Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void A_condition_about_a_value_that_is_not_there_says_where_it_is()
    {
        var problem = Assert.Single(BoundRule.Of(Read("line: a.c:1, when: gone > 1"), Place).Problems);

        Assert.Equal("its value can be had on lines 3-5 and not here (not_live)", problem.Hint);
    }

    [Fact]
    public void A_wrong_name_suggests_variables_that_the_rule_does_not_name()
    {
        var problem = Assert.Single(BoundRule.Of(Read("line: a.c:1, capture: [quantty]"), Place).Problems);

        Assert.Equal("did you mean 'quantity'?", problem.Hint);
    }

    [Fact]
    public void Places_that_differ_in_what_the_rule_does_not_name_are_of_one_kind() =>
        Assert.Equal(Place, Place with { Others = ["something", "else"] });

    private static IEnumerable<string> NamesAt(string keys) =>
        BoundRule.Of(Read(keys), Place).ValuesOf(EventKind.Entry).Select(value => value.Name);

    private static Rule Read(string keys)
    {
        var file = FileOf(keys);
        Assert.Empty(file.Diagnostics);
        return file.Rules[0];
    }

    private static EquatableArray<Yaml.Diagnostics.Diagnostic> Problems(string keys) => FileOf(keys).Diagnostics;

    private static RuleFile FileOf(string keys) => RuleFileReader.Read(
        "x.yaml", "/", Encoding.UTF8.GetBytes($"rules: [{{name: x, binary: /b, {keys}}}]"));
}
