using System.Text;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

/// <summary>Columns and lines where encodings and line ends differ from the plain case.</summary>
public class PositionTests
{
    [Theory]
    [InlineData("rules: []\nx: 1\n", 2, 1)]
    [InlineData("rules: []\r\nx: 1\r\n", 2, 1)]
    [InlineData("rules: []\rx: 1\r", 2, 1)]
    [InlineData("\ufeffrules: []\nx: 1\n", 2, 1)]
    [InlineData("\ufeffx: 1\nrules: []\n", 1, 1)]
    [InlineData("# 😀 ü\nrules: []\nx: 1\n", 3, 1)]
    [InlineData("{rules: [], x: 1}", 1, 13)]
    public void An_unknown_key_is_found_in_any_layout(string text, int line, int column) =>
        Assert.Equal(new SourceSpan("x.yaml", line, column, 1), Single(text).At);

    [Theory]
    [InlineData("a {no}", 16, 2)]
    [InlineData("'{no}'", 15, 2)]
    [InlineData("\"{no}\"", 15, 2)]
    [InlineData("ü 😀 {no}", 19, 2)]
    [InlineData("'it''s {no}'", 21, 2)]
    [InlineData("\"\\\"{no}\\\"\"", 17, 2)]
    [InlineData("\"\\t{no}\"", 13, 8)]
    public void A_name_in_a_template_is_found_after_quotes_and_wide_characters(string format, int column, int length)
    {
        var diagnostic = Single($"rules:\n  - name: x\n    binary: /b\n    symbol: f\n    format: {format}\n");
        Assert.Equal(DiagnosticCode.UnknownName, diagnostic.Code);
        Assert.Equal(new SourceSpan("x.yaml", 5, column, length), diagnostic.At);
    }

    [Theory]
    [InlineData("|\n      n > 1 &&\n        no == 2", 8, 9, 2)]
    [InlineData("|  # why\n\n      n > 1 &&\n      (no == 2)", 9, 8, 2)]
    [InlineData(">-\n      n > 1\n      && no == 2", 8, 10, 2)]
    [InlineData(">-\r\n      n > 1\r\n      && no == 2", 8, 10, 2)]
    [InlineData("n > 1\n      && no == 2", 7, 10, 2)]
    [InlineData("'n > 1\n      && no == 2'", 7, 10, 2)]
    [InlineData("\"n > 1\n\n      && no == 2\"", 8, 10, 2)]
    [InlineData(">-\n      n > 1\n      &&\n", 8, 9, 1)]
    [InlineData(">-\n      no\n      > 1\n      && n", 7, 7, 2)]
    public void A_name_in_an_expression_is_found_on_whichever_line_it_stands(string when, int line, int column, int length)
    {
        var diagnostic = Single($"rules:\n  - name: x\n    binary: /b\n    symbol: f\n    args: [n: int]\n    when: {when}\n");
        Assert.Equal(new SourceSpan("x.yaml", line, column, length), diagnostic.At);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_pointed_at()
    {
        var file = RuleFileReader.Read("x.yaml", "/", [.. "rules: []\n# ü "u8, 0xff]);
        Assert.Equal((DiagnosticCode.Encoding, new SourceSpan("x.yaml", 2, 5, 1)), file.Diagnostics.Select(d => (d.Code, d.At)).Single());
    }

    [Fact]
    public void UTF_16_is_told_from_bad_YAML() =>
        Assert.Equal(DiagnosticCode.Encoding, RuleFileReader.Read("x.yaml", "/", Encoding.Unicode.GetPreamble()).Diagnostics.Single().Code);

    [Fact]
    public void A_NUL_is_pointed_at()
    {
        var diagnostic = Single("rules: []\n#\0");
        Assert.Equal((DiagnosticCode.Encoding, new SourceSpan("x.yaml", 2, 2, 1)), (diagnostic.Code, diagnostic.At));
    }

    [Fact]
    public void Only_the_first_hundred_errors_are_listed()
    {
        var file = Read("rules:\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"- n{i}\n")));
        Assert.Equal(101, file.Diagnostics.Count);
        Assert.Equal(DiagnosticCode.TooManyErrors, file.Diagnostics[100].Code);
    }

    private static RuleFile Read(string text) => RuleFileReader.Read("x.yaml", "/", Encoding.UTF8.GetBytes(text));

    private static Diagnostic Single(string text) => Assert.Single(Read(text).Diagnostics);
}
