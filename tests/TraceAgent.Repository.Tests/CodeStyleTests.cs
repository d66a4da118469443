using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TraceAgent.Repository.Tests;

/// <summary>What .editorconfig cannot say of the code.</summary>
public class CodeStyleTests
{
    // Characters.
    private const int LongestLine = 140;

    private const int LongestFile = 300;
    private const int MaxParameters = 5;

    private static readonly HashSet<string> Linq =
    [
        "Select", "SelectMany", "Where", "Any", "FirstOrDefault", "OrderBy", "OrderByDescending", "GroupBy", "Aggregate", "ToList",
        "ToDictionary", "ToLookup", "OfType", "Cast", "Distinct", "Zip",
    ];

    [Fact]
    public void Lines_of_code_have_140_characters_at_most() => Assert.Empty(Checkout.Sources.SelectMany(TooLong));

    [Fact]
    public void Conditional_expressions_are_not_chained() => Assert.Empty(Checkout.Sources.SelectMany(Chained));

    [Fact]
    public void Files_of_code_have_300_lines_at_most() => Assert.Empty(Checkout.Sources
        .Select(path => (Path: path, Lines: Checkout.Read(path).AsSpan().Count('\n')))
        .Where(file => file.Lines > LongestFile)
        .Select(file => $"{file.Path}: {file.Lines} lines"));

    /// <summary>What belongs together is a record with named members.</summary>
    [Fact]
    public void Methods_constructors_and_records_of_src_have_5_parameters_at_most() =>
        Assert.Empty(Layers.Trees.SelectMany(WithManyParameters));

    [Theory]
    [InlineData("record A(int a, int b, int c, int d, int e, int f);", true)]
    [InlineData("class A { A(int a, int b, int c, int d, int e, int f) { } }", true)]
    [InlineData("class A { void M() { void N(int a, int b, int c, int d, int e, int f) { } } }", true)]
    [InlineData("class A { void M(int a, int b, int c, int d, int e) { } }", false)]
    [InlineData("class A { [LibraryImport(\"c\")] static partial int M(int a, int b, int c, int d, int e, int f); }", false)]
    [InlineData("class A { [LoggerMessage] static partial void M(int a, int b, int c, int d, int e, int f); }", false)]
    public void More_than_5_parameters_are_found_but_for_those_of_C_functions_and_messages(string code, bool expected) =>
        Assert.Equal(expected, WithManyParameters(Parse(code)).Any());

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

    private static IEnumerable<string> WithManyParameters(SyntaxTree tree) =>
        tree.GetRoot().DescendantNodes().OfType<ParameterListSyntax>()
            .Where(list => list.Parameters.Count > MaxParameters && !IsGiven(list.Parent))
            .Select(list =>
                $"{tree.FilePath}:{tree.GetLineSpan(list.Span).StartLinePosition.Line + 1}: {list.Parameters.Count} parameters");

    /// <summary>True for C functions, and for messages, which have a value for each of their holes.</summary>
    private static bool IsGiven(SyntaxNode? declaration) => declaration is MethodDeclarationSyntax method
        && method.AttributeLists.SelectMany(list => list.Attributes)
            .Any(attribute => attribute.Name.ToString() is "LibraryImport" or "LoggerMessage");

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
