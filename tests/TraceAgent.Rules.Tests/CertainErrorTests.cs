using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

/// <summary>Errors in rules that need debug information, found without it.</summary>
public class CertainErrorTests
{
    private static readonly DebugSiteAbi Nothing = new(CSiteAbi.X64);

    private static readonly DebugSiteAbi WithTotal = Nothing with
    {
        IsLine = true,
        Types = new TypeTable([new TypeShape.Integer("int", 4, Signed: true)]),
        Variables = [new("total", 0, new LocationPiece.Value(new Expr.Register(3)))],
    };

    [Theory]
    [InlineData("when: \"comm == 5\"", "cannot compare a string with a number")]
    [InlineData("when: \"req->n > 1 && comm == 5\"", "cannot compare a string with a number")]
    [InlineData("when: \"'ab' == 5\"", "cannot compare a string with a number")]
    [InlineData("when: \"comm\"", "a condition is true or false, not a string")]
    [InlineData("when: \"ret < 0\"", "'ret' has no value")]
    [InlineData("when: \"total > 1 && duration > 5ms\"", "'duration' has no value")]
    [InlineData("when: \"exe == '/bin/a'\"", "'exe' has no value")]
    [InlineData("capture: {x: '*5'}", "a number is no pointer")]
    [InlineData("capture: {x: '\"text\"'}", "a constant text is a label: labels: {name: text}")]
    [InlineData("missing: refuse, capture: {x: 'total + *pid'}", "a number is no pointer")]
    [InlineData("format: '{ret}'", "unknown name 'ret'")]
    [InlineData("format: '{duration}'", "unknown name 'duration'")]
    [InlineData("on: both, when: 'ret < 0'", "'ret' has no value")]
    public void What_names_nothing_of_the_program_is_wrong_before_the_program_is_read(string keys, string message) =>
        Assert.Contains(message, Assert.Single(FileOf(keys).Diagnostics).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("*5")]
    [InlineData("comm")]
    [InlineData("-comm")]
    [InlineData("exe")]
    [InlineData("ret")]
    [InlineData("duration")]
    public void It_is_the_error_that_the_program_would_give(string part)
    {
        var capture = $"capture: {{x: 'total + (pid + {part})'}}";
        var early = Assert.Single(FileOf($"line: a.c:1, missing: refuse, {capture}", place: "").Diagnostics);
        var marked = Assert.Single(FileOf($"line: a.c:1, missing: mark  , {capture}", place: "").Rules);

        Assert.Equal(Assert.Single(BoundRule.Of(marked, WithTotal).Problems), early);
    }

    [Theory]
    [InlineData("when: 'total == \"a\"'")]
    [InlineData("when: '*(strange *)pid == 1'")]
    [InlineData("when: 'comm.x == 1'")]
    [InlineData("on: call, when: 'ret == \"a\"'")]
    [InlineData("when: 'ENOENT == \"a\"'")]
    [InlineData("when: 'stack > 1'")]
    [InlineData("capture: {x: '1', y: 'x + \"a\"'}")]
    [InlineData("format: '{total:zz}'")]
    [InlineData("on: call, format: '{ret:zz}'")]
    public void What_debug_information_could_make_valid_is_no_error_yet(string keys) => Assert.Empty(FileOf(keys).Diagnostics);

    [Fact]
    public void A_value_that_may_be_marked_as_missing_is_not_bound_before_it_is_known_to_be_there() =>
        Assert.Empty(FileOf("line: a.c:1, capture: {x: 'gone + *5'}", place: "").Diagnostics);

    [Fact]
    public void A_duration_without_a_unit_is_warned_of_once()
    {
        var warning = Assert.Single(FileOf("on: call, when: 'duration > 10'").Diagnostics);

        Assert.Equal((Severity.Warning, DiagnosticCode.NumberWithoutUnit), (warning.Severity, warning.Code));
    }

    [Fact]
    public void An_enumeration_with_a_name_that_every_event_has_does_not_hide_it()
    {
        var rule = FileOf("on: call, when: 'duration > 10ms'").Rules[0];
        var place = Nothing with { Types = new TypeTable([new TypeShape.Enumeration("e", 4, Signed: false, [new(7, "duration")])]) };

        Assert.Equal(BoundRule.Of(rule, Nothing).Plan, BoundRule.Of(rule, place).Plan);
    }

    private static RuleFile FileOf(string keys, string place = "symbol: f, args: auto, ") => RuleFileReader.Read(
        "x.yaml", "/", Encoding.UTF8.GetBytes($"rules: [{{name: x, binary: /b, {place}{keys}}}]"));
}
