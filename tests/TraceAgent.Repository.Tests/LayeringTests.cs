using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TraceAgent.Repository.Tests;

/// <summary>Which folder of src/ may use which: a picture of the program, and no circle in it.</summary>
public class LayeringTests
{
    private static readonly HashSet<(string From, string To)> Allowed =
        [.. Layers.Allowed.SelectMany(one => one.MayUse, (one, used) => (one.Layer, used))];

    [Fact]
    public void A_folder_uses_only_the_folders_and_projects_that_it_may()
    {
        var wrong = Layers.Uses.Where(use => !Allowed.Contains(use.Edge))
            .Select(use => $"{use.Place}: {use.From} uses {use.Type} of {use.To}; "
                + $"{Layers.File} does not allow {use.Edge.From} -> {use.Edge.To}").Order().ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void A_folder_may_use_only_what_stands_above_its_line_so_that_there_is_no_circle()
    {
        var above = new HashSet<(string, bool)>();
        foreach (var (layer, isProject, mayUse) in Layers.Allowed)
        {
            Assert.All(mayUse, used => Assert.Contains((used, isProject), above));
            Assert.True(above.Add((layer, isProject)), $"{Layers.File} has two lines for {layer}");
        }
    }

    [Fact]
    public void A_folder_uses_everything_that_it_may()
    {
        var uses = Layers.Uses.Select(use => use.Edge).ToHashSet();
        Assert.All(Allowed, edge => Assert.Contains(edge, uses));
    }

    [Fact]
    public void Every_folder_has_a_line_and_every_line_a_folder() => Assert.Equal(
        Namespaces().Select(one => one.Namespace).Distinct().Order(),
        Layers.Allowed.Where(one => !one.IsProject).Select(one => one.Layer).Order());

    [Fact]
    public void A_namespace_is_a_folder() => Assert.Empty(Namespaces()
        .Where(one => one.Folder != one.Namespace)
        .Select(one => $"{one.Path}: namespace {one.Namespace}"));

    [Fact]
    public void A_project_refers_to_the_projects_that_it_may_use_and_to_no_other() => Assert.Equal(
        Layers.Allowed.Where(one => one.IsProject).SelectMany(one => one.MayUse, (one, used) => (one.Layer, used)).Order(),
        Layers.Projects.SelectMany(
            project => Read(project).Descendants("ProjectReference"),
            (project, reference) => (project, Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))).Order());

    [Fact]
    public void Unsafe_code_is_where_the_kernel_and_files_are_and_nowhere_else() => Assert.Equal(
        ["TraceAgent.Bpf", "TraceAgent.Dwarf", "TraceAgent.Linux", "TraceAgent.Symbols"],
        Layers.Projects.Where(project => Read(project).Descendants("AllowUnsafeBlocks").Any()).Order());

    [Theory]
    [InlineData("using TraceAgent.Engine; internal class Planted { private RuleState? _field; }", "TraceAgent.Engine")]
    [InlineData("internal class Planted { string Text => Engine.RuleState.Attached.ToString(); }", "TraceAgent.Engine")]
    [InlineData("internal class Planted { string Text => Events.ProgramVersion.Text; }", "TraceAgent.Events")]
    [InlineData("/// <summary><see cref=\"Engine.RuleState\"/></summary>\ninternal class Planted;", "TraceAgent.Engine")]
    [InlineData("internal class Planted { string Engine => \"\"; string Text => Engine; }", null)]
    public void A_use_is_found_wherever_it_is_written(string code, string? expected)
    {
        var planted = Layers.Parse("src/TraceAgent.Linux/Planted.cs", $"namespace TraceAgent.Linux;\n{code}");
        var found = Layers.UsesIn(Layers.Trees.Add(planted), [planted]);
        Assert.Equal(expected, found.Select(use => use.To).Distinct().SingleOrDefault());
    }

    private static IEnumerable<(string Path, string Folder, string Namespace)> Namespaces() => Layers.Trees.SelectMany(
        tree => tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>(),
        (tree, own) => (tree.FilePath, Path.GetDirectoryName(tree.FilePath)!["src/".Length..].Replace('/', '.'), own.Name.ToString()));

    private static XDocument Read(string project) => XDocument.Parse(Checkout.Read($"src/{project}/{project}.csproj"));
}
