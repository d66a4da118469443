using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TraceAgent.Repository.Tests;

/// <summary>What .editorconfig cannot say of the code.</summary>
public class CodeStyleTests
{
    // Characters.
    private const int LongestLine = 140;

    private static readonly HashSet<string> Linq =
    [
        "Select", "SelectMany", "Where", "Any", "FirstOrDefault", "OrderBy", "OrderByDescending", "GroupBy", "Aggregate", "ToList",
        "ToDictionary", "ToLookup", "OfType", "Cast", "Distinct", "Zip",
    ];

    [Fact]
    public void Lines_of_code_have_140_characters_at_most() => Assert.Empty(Checkout.Sources.SelectMany(TooLong));

    [Fact]
    public void Conditional_expressions_are_not_chained() => Assert.Empty(Checkout.Sources.SelectMany(Chained));

    /// <summary>TraceAgent.Events bans it by its BannedSymbols.txt, but a folder of a project has none.</summary>
    [Fact]
    public void What_reads_the_ring_uses_no_LINQ()
    {
        string[] folders = ["Counters", "ProcessTracking", "RingReading"];
        var files = Checkout.Sources.Where(path => folders.Any(
            folder => path.StartsWith($"src/TraceAgent.Engine/{folder}/", StringComparison.Ordinal))).ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(path => Parse(Checkout.Read(path)).GetRoot().DescendantNodes().OfType<MemberAccessExpressionSyntax>()
            .Where(member => member.Parent is InvocationExpressionSyntax && Linq.Contains(member.Name.Identifier.ValueText))
            .Select(member => $"{path}: {member.Parent}")));
    }

    [Theory]
    [InlineData("a ? b : c ? d : e", true)]
    [InlineData("a ? (b ? c : d) : e", true)]
    [InlineData("(a ? b : c) ? d : e", true)]
    [InlineData("a ? b : c", false)]
    [InlineData("a ? f(b ? c : d) : e", false)]
    [InlineData("a ?? (b ? c : d)", false)]
    [InlineData("a?.b ?? c[b ? 1 : 2]", false)]
    public void An_expression_in_a_condition_or_a_branch_of_another_is_a_chain(string text, bool expected) =>
        Assert.Equal(expected, SyntaxFactory.ParseExpression(text).DescendantNodesAndSelf().Any(IsChained));

    private static IEnumerable<string> TooLong(string path)
    {
        var text = Checkout.Read(path);
        if (text.Split('\n').All(line => line.Length <= LongestLine))
        {
            return [];
        }

        // A break in a text of several lines would be a part of the text.
        var tree = Parse(text);
        var texts = tree.GetRoot().DescendantNodes().OfType<ExpressionSyntax>()
            .Where(node => node is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax)
            .Select(node => tree.GetLineSpan(node.Span)).ToList();
        return tree.GetText().Lines
            .Where(line => line.Span.Length > LongestLine)
            .Select(line => line.LineNumber)
            .Where(line => !texts.Any(span => span.StartLinePosition.Line < line && line < span.EndLinePosition.Line))
            .Select(line => $"{path}:{line + 1}");
    }

    private static IEnumerable<string> Chained(string path)
    {
        var text = Checkout.Read(path);
        return text.Contains(" ? ", StringComparison.Ordinal) ? ChainedIn(path, Parse(text)) : [];
    }

    private static IEnumerable<string> ChainedIn(string path, SyntaxTree tree) =>
        tree.GetRoot().DescendantNodes().Where(IsChained)
            .Select(node => $"{path}:{tree.GetLineSpan(node.Span).StartLinePosition.Line + 1}: {node}");

    private static bool IsChained(SyntaxNode node)
    {
        if (node is not ConditionalExpressionSyntax)
        {
            return false;
        }

        var around = node.Parent;
        while (around is ParenthesizedExpressionSyntax)
        {
            around = around.Parent;
        }

        return around is ConditionalExpressionSyntax;
    }

    private static SyntaxTree Parse(string text) =>
        CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview));
}
