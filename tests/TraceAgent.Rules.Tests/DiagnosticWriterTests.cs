using System.Text;
using System.Text.Json;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

public class DiagnosticWriterTests
{
    [Fact]
    public void Without_a_source_there_is_no_caret() =>
        Assert.Equal(
            "x.yaml:1:3: error TA100: no\n      hint\n", Text(Diagnostic.Error("TA100", new("x.yaml", 1, 3, 1), "no", "hint"), null));

    [Fact]
    public void A_warning_says_so() =>
        Assert.Equal("x.yaml:1:1: warning TA100: hm\n    1 | ab\n      | ^^\n", Text(
            Diagnostic.Warning("TA100", new("x.yaml", 1, 1, 2), "hm"), "ab"));

    [Fact]
    public void The_caret_stays_under_its_place_after_tabs_and_wide_characters() =>
        Assert.Equal("x.yaml:1:5: error TA100: no\n    1 |  日é x\n      |      ^\n", Text(At(5), "\t日é x"));

    [Fact]
    public void Control_characters_reach_no_terminal()
    {
        var text = Text(Diagnostic.Error("TA100", new("a\e.yaml", 1, 1, 1), "bad '\e[31m\u202e'", "\u0007"), "\e[31m\u0000");
        Assert.Equal("a␛.yaml:1:1: error TA100: bad '␛[31m�'\n    1 | ␛[31m␀\n      | ^ ␇\n", text);
    }

    [Fact]
    public void A_long_line_is_clipped_around_the_caret()
    {
        var line = new string('a', 500) + "X" + new string('b', 500);
        var lines = Text(At(501), line).Split('\n');
        Assert.InRange(lines[1].Length, 100, 125);
        Assert.Equal(lines[1].IndexOf('X', StringComparison.Ordinal), lines[2].IndexOf('^', StringComparison.Ordinal));
        Assert.StartsWith("    1 | …a", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("b…", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, 80)]
    [InlineData(40, 40)]
    [InlineData(1, 40)]
    [InlineData(1000, 120)]
    public void No_line_is_wider_than_the_terminal(int columns, int widest)
    {
        using var text = new StringWriter();
        var line = new string('a', 500) + "X" + new string('b', 500);
        DiagnosticWriter.WriteText(text, At(501), new SourceText("x.yaml", line), colours: false, columns);
        var lines = text.ToString().Split('\n');
        Assert.Equal(widest, lines[1].Length);
        Assert.Equal(lines[1].IndexOf('X', StringComparison.Ordinal), lines[2].IndexOf('^', StringComparison.Ordinal));
    }

    [Fact]
    public void The_end_of_a_long_line_can_be_pointed_at()
    {
        var lines = Text(At(1001), new string('a', 1000)).Split('\n');
        Assert.Equal(lines[1].Length, lines[2].IndexOf('^', StringComparison.Ordinal));
    }

    [Fact]
    public void Colours_surround_words_and_change_none()
    {
        using var coloured = new StringWriter();
        DiagnosticWriter.WriteText(coloured, At(1), new SourceText("x.yaml", "ab"), colours: true);
        Assert.Equal(
            "\e[1mx.yaml:1:1:\e[0m \e[1;31merror TA100:\e[0m \e[1mno\e[0m\n    1 | ab\n      | \e[1;32m^\e[0m\n", coloured.ToString());
    }

    [Fact]
    public void Machines_get_one_JSON_array()
    {
        using var stream = new MemoryStream();
        DiagnosticWriter.WriteJson(stream, [At(2), Diagnostic.Warning("TA200", new("\"ü\ud800", 3, 4, 5), "hm\n", "do")]);
        using var json = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(
            """[{"file":"x.yaml","line":1,"column":2,"length":1,"severity":"error","code":"TA100","message":"no"},""" +
                """{"file":"\u0022\u00FC\uFFFD","line":3,"column":4,"length":""" +
                """5,"severity":"warning","code":"TA200","message":"hm\n","hint":"do"}]""",
            JsonSerializer.Serialize(json.RootElement));
        Assert.Equal((byte)'\n', stream.ToArray()[^1]);
    }

    [Fact]
    public void Each_diagnostic_is_shown_with_the_lines_of_its_own_file()
    {
        using var text = new StringWriter();
        var sources = new Dictionary<string, SourceText> { ["x.yaml"] = new("x.yaml", "xx"), ["y.yaml"] = new("y.yaml", "yy") };
        DiagnosticWriter.WriteText(text, [Diagnostic.Error("TA100", new("y.yaml", 1, 1, 2), "no"), At(1)], sources, colours: false);
        Assert.Equal(
            "y.yaml:1:1: error TA100: no\n    1 | yy\n      | ^^\nx.yaml:1:1: error TA100: no\n    1 | xx\n      | ^\n", text.ToString());
    }

    private static Diagnostic At(int column) => Diagnostic.Error("TA100", new("x.yaml", 1, column, 1), "no");

    private static string Text(Diagnostic diagnostic, string? source)
    {
        using var text = new StringWriter();
        DiagnosticWriter.WriteText(text, diagnostic, source is null ? null : new SourceText("x.yaml", source), colours: false);
        return text.ToString();
    }
}
