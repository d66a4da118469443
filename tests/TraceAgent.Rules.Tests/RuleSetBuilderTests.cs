using System.Text;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

public class RuleSetBuilderTests
{
    private const string One = "rules: [{name: one, binary: /b, symbol: f}]";

    [Fact]
    public void Rules_stand_in_the_order_of_their_files()
    {
        var set = RuleSetBuilder.Build([Read("b.yaml", One), Read("a.yaml", One.Replace("one", "two", StringComparison.Ordinal))]);
        Assert.Equal(["one", "two"], set.Rules.Select(r => r.Name.Value));
        Assert.Empty(set.Diagnostics);
        Assert.False(set.HasErrors);
    }

    [Fact]
    public void A_name_in_two_files_is_wrong_in_the_later_one()
    {
        var set = RuleSetBuilder.Build([Read("a.yaml", One), Read("b.yaml", "\n" + One)]);
        var (file, list) = Assert.Single(set.Diagnostics);
        Assert.Equal("b.yaml", file);
        var diagnostic = Assert.Single(list);
        Assert.Equal(DiagnosticCode.DuplicateRule, diagnostic.Code);
        Assert.Equal(new SourceSpan("b.yaml", 2, 16, 3), diagnostic.At);
        Assert.Equal("the name 'one' is already used at a.yaml:1:16", diagnostic.Message);
        Assert.Equal("a.yaml", Assert.Single(set.Rules).Name.At.File);
    }

    [Fact]
    public void A_name_counts_even_when_its_rule_has_errors()
    {
        var broken = One.Replace("symbol", "symbl", StringComparison.Ordinal);
        var set = RuleSetBuilder.Build([Read("a.yaml", broken), Read("b.yaml", broken)]);
        Assert.Equal([DiagnosticCode.UnknownKey], set.Diagnostics["a.yaml"].Select(d => d.Code));
        Assert.Equal([DiagnosticCode.DuplicateRule, DiagnosticCode.UnknownKey], set.Diagnostics["b.yaml"].Select(d => d.Code));
        Assert.Empty(set.Rules);
    }

    [Fact]
    public void Moving_a_rule_within_its_file_changes_nothing()
    {
        var rule = Read("a.yaml", One).Rules;
        Assert.Equal(rule, Read("a.yaml", "# moved\n\n" + One).Rules);
        Assert.NotEqual(rule, Read("a.yaml", One.Replace("/b", "/c", StringComparison.Ordinal)).Rules);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error_of_that_file()
    {
        var set = RuleSetBuilder.Build([RuleFile.Unreadable("a.yaml", "permission denied"), Read("b.yaml", One)]);
        Assert.Equal(DiagnosticCode.Unreadable, Assert.Single(set.Diagnostics["a.yaml"]).Code);
        Assert.Single(set.Rules);
        Assert.True(set.HasErrors);
    }

    private static RuleFile Read(string path, string text) => RuleFileReader.Read(path, "/srv", Encoding.UTF8.GetBytes(text));
}
