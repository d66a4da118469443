using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TraceAgent.Repository.Tests;

/// <summary>A type that a line of code names, and that stands in another layer.</summary>
/// <param name="From">Namespace of the code.</param>
/// <param name="To">Namespace of the type.</param>
/// <param name="Place">File and line, relative to the repository.</param>
/// <param name="Type">Its name.</param>
internal sealed record LayerUse(string From, string To, string Place, string Type)
{
    /// <summary>Of projects, when these are two; else of folders of one.</summary>
    public (string From, string To) Edge =>
        Layers.ProjectOf(From) == Layers.ProjectOf(To) ? (From, To) : (Layers.ProjectOf(From), Layers.ProjectOf(To));
}

/// <summary>The namespaces of src/ as layers: what each uses, as the compiler sees it, and what it may use.</summary>
internal static class Layers
{
    /// <summary>What may use what; says itself how it is read.</summary>
    public const string File = "tests/TraceAgent.Repository.Tests/layers.txt";

    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; " +
        "global using System.Threading; global using System.Threading.Tasks;";

    private static readonly Lazy<ImmutableArray<SyntaxTree>> Parsed = new(() =>
        [.. Checkout.Sources.Where(path => path.StartsWith("src/", StringComparison.Ordinal))
            .Select(path => Parse(path, Checkout.Read(path))).Append(Parse("", ImplicitUsings))]);

    private static readonly Lazy<ImmutableArray<LayerUse>> Found = new(() => [.. UsesIn(Parsed.Value, Parsed.Value)]);

    public static ImmutableArray<SyntaxTree> Trees => Parsed.Value;

    /// <summary>Every use of one layer by another in src/.</summary>
    public static ImmutableArray<LayerUse> Uses => Found.Value;

    /// <summary>Names of the projects in src/.</summary>
    public static ImmutableArray<string> Projects { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)),
    ];

    /// <summary>What <see cref="File"/> says, in its order: projects and folders, by their namespaces.</summary>
    public static IReadOnlyList<(string Layer, bool IsProject, string[] MayUse)> Allowed { get; } = [.. ReadAllowed()];

    /// <summary>The project that a namespace belongs to: the executable has those besides the libraries'.</summary>
    public static string ProjectOf(string layer) =>
        Projects.Where(name => layer == name || layer.StartsWith(name + '.', StringComparison.Ordinal)).MaxBy(name => name.Length)!;

    public static SyntaxTree Parse(string path, string text) =>
        CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview), path);

    /// <summary>
    /// All code as one program, without the packages: what their types are is an error here and is passed over, and every name of ours is
    /// known.
    /// </summary>
    /// <param name="all">Of src/.</param>
    /// <param name="some">Whose uses are looked for.</param>
    public static IEnumerable<LayerUse> UsesIn(ImmutableArray<SyntaxTree> all, IEnumerable<SyntaxTree> some)
    {
        var runtime = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
        var program = CSharpCompilation.Create("all", all, runtime);
        return some.AsParallel().SelectMany(tree => UsesIn(tree, program.GetSemanticModel(tree))).Distinct().ToList();
    }

    private static IEnumerable<LayerUse> UsesIn(SyntaxTree tree, SemanticModel model)
    {
        if (tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault() is not { } own)
        {
            yield break;
        }

        var from = own.Name.ToString();
        foreach (var name in tree.GetRoot().DescendantNodes(descendIntoTrivia: true).OfType<SimpleNameSyntax>())
        {
            var symbol = model.GetSymbolInfo(name).Symbol;
            var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            var to = symbol is INamespaceSymbol ? null : type?.ContainingNamespace?.ToDisplayString();
            if (to is not null && to != from && to.StartsWith("TraceAgent", StringComparison.Ordinal))
            {
                var line = tree.GetLineSpan(name.Span).StartLinePosition.Line + 1;
                yield return new LayerUse(from, to, $"{tree.FilePath}:{line}", type!.Name);
            }
        }
    }

    private static IEnumerable<(string Layer, bool IsProject, string[] MayUse)> ReadAllowed()
    {
        var project = "";
        foreach (var line in Checkout.Read(File).Split('\n').Where(line => line.Contains(':') && !line.StartsWith('#')))
        {
            var (name, rest) = (line.Split(':')[0], line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            var isProject = !name.StartsWith(' ');
            project = isProject ? name : project;
            yield return isProject ? (name, true, rest) : (Full(name.Trim()), false, [.. rest.Select(Full)]);
        }

        string Full(string folder) => folder == "root" ? project : $"{project}.{folder}";
    }
}
