using CsCheck;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Templates;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

public class MessageTemplateParserTests
{
    private static readonly IReadOnlyDictionary<string, EventName> Names = EventNames.Of(
        EventKind.Call,
        [new NamedValue("arg1", CaptureType.Default), new NamedValue("path", new CaptureType.Text(10))],
        [new NamedValue("ret", new CaptureType.Pointer())]);

    [Fact]
    public void Text_with_doubled_braces_is_that_text() =>
        Gen.String.Where(t => t.Length > 0).Sample(text =>
        {
            var (tokens, problems) = Parse(text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
            Assert.Empty(problems);
            Assert.Equal([new MessageToken.Literal(text)], tokens);
        });

    [Theory]
    [InlineData("{arg1}", "arg1", null, null)]
    [InlineData("{@arg1}", "arg1", null, null)]
    [InlineData("{$path,-20}", "path", -20, null)]
    [InlineData("{arg1,8:X4}", "arg1", 8, "X4")]
    [InlineData("{ret:x}", "ret", null, "x")]
    [InlineData("{symbol,30:call}", "symbol", 30, "call")]
    [InlineData("{duration:us}", "duration", null, "us")]
    [InlineData("{time:HH:mm,ss}", "time", null, "HH:mm,ss")]
    public void A_hole_has_a_name_a_width_and_a_format(string text, string name, int? width, string? format)
    {
        var (tokens, problems) = Parse(text);
        Assert.Empty(problems);
        Assert.Equal([new MessageToken.Hole(name, format, width)], tokens);
    }

    [Fact]
    public void Another_name_of_a_value_becomes_its_own_everywhere()
    {
        var names = EventNames.Of(EventKind.Entry, [new NamedValue("fd", CaptureType.Default) { Alias = "arg1" }, new NamedValue("arg3",
            CaptureType.Default) { Alias = "arg2" }, new NamedValue("x", CaptureType.Default) { Alias = "arg3" }], []);
        var template = MessageTemplateParser.Parse(
            "{{arg1}} {arg1,8:x}{@arg1} {arg2} {arg3} arg1", names, _ => null, problem => Assert.Fail(problem.Message));
        Assert.Equal("{{arg1}} {fd,8:x}{@fd} {arg3} {arg3} arg1", template.Text);
        Assert.Equal(["fd", "fd", "arg3", "arg3"], template.Tokens.OfType<MessageToken.Hole>().Select(hole => hole.Name));
    }

    [Theory]
    [InlineData("{{{arg1}}}", 3)]
    [InlineData("a{arg1}{path}b", 4)]
    [InlineData("", 0)]
    public void Text_and_holes_alternate_without_empty_text(string text, int count)
    {
        var (tokens, problems) = Parse(text);
        Assert.Empty(problems);
        Assert.Equal(count, tokens.Count);
    }

    [Theory]
    [InlineData("ab {nope} c", 4, 4, DiagnosticCode.UnknownName)]
    [InlineData("ab {@nope} c", 5, 4, DiagnosticCode.UnknownName)]
    [InlineData("{arg1:q}", 6, 1, DiagnosticCode.UnknownFormat)]
    [InlineData("{arg1:}", 6, 0, DiagnosticCode.UnknownFormat)]
    [InlineData("{path:x}", 6, 1, DiagnosticCode.UnknownFormat)]
    [InlineData("{symbol:calls}", 8, 5, DiagnosticCode.UnknownFormat)]
    [InlineData("{arg1,1001}", 6, 4, DiagnosticCode.TemplateSyntax)]
    [InlineData("{arg1,}", 6, 0, DiagnosticCode.TemplateSyntax)]
    [InlineData("{arg1,+8}", 6, 2, DiagnosticCode.TemplateSyntax)]
    [InlineData("{time:HH|mm}", 6, 5, DiagnosticCode.UnknownFormat)]
    [InlineData("{", 0, 1, DiagnosticCode.TemplateSyntax)]
    [InlineData("a}", 1, 1, DiagnosticCode.TemplateSyntax)]
    [InlineData("{arg1 {path}", 0, 1, DiagnosticCode.TemplateSyntax)]
    [InlineData("{@}", 0, 3, DiagnosticCode.TemplateSyntax)]
    public void A_problem_is_at_its_place(string text, int start, int length, string code)
    {
        var problem = Assert.Single(Parse(text).Problems);
        Assert.Equal((start, length, code), (problem.Start, problem.Length, problem.Code));
    }

    private static (EquatableArray<MessageToken> Tokens, List<TemplateProblem> Problems) Parse(string text)
    {
        var problems = new List<TemplateProblem>();
        return (MessageTemplateParser.Parse(text, Names, _ => null, problems.Add).Tokens, problems);
    }
}
