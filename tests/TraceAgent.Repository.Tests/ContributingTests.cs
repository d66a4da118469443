using System.Text.RegularExpressions;

namespace TraceAgent.Repository.Tests;

/// <summary>What documents for contributors name exists.</summary>
public partial class ContributingTests
{
    [Theory]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("SECURITY.md")]
    [InlineData("docs/design.md")]
    public void Every_path_that_it_names_exists(string document)
    {
        var paths = NamedPath().Matches(Checkout.Read(document)).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.All(paths, path => Assert.True(Path.Exists(Path.Combine(Checkout.Root, path)), $"{document} names {path}"));
        Assert.True(document == "SECURITY.md" || paths.Count > 10, $"{document} names {paths.Count} paths");
    }

    [Fact]
    public void The_map_has_every_project_with_what_it_refers_to()
    {
        var map = Checkout.Read("CONTRIBUTING.md").Split("## Map of the projects")[1].Split("\n## ")[0];
        var named = MapRow().Matches(map)
            .Select(match =>
                $"{match.Groups[1].Value}: {string.Join(' ', ProjectName().Matches(match.Groups[2].Value).Select(name => name.Value))}");
        var projects = Directory.GetFiles(Path.Combine(Checkout.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => $"{Path.GetFileNameWithoutExtension(path)}: {string.Join(' ', References(path))}");

        Assert.Equal(projects.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_map_of_the_folders_has_each_of_them_once()
    {
        var map = Checkout.Read("CONTRIBUTING.md").Split("## Map of the folders")[1].Split("\n## ")[0];
        var folders = Layers.Allowed.Where(one => !one.IsProject && one.Layer != "TraceAgent")
            .Select(one => one.Layer["TraceAgent.".Length..].Replace('.', '/'));
        var rows = FolderRow().Matches(map).Select(row => row.Groups[1].Value);

        Assert.Equal(folders.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_target_of_make_that_it_names_exists()
    {
        var makefile = Checkout.Read("Makefile");
        var targets = MakeTarget().Matches(Checkout.Read("CONTRIBUTING.md"))
            .SelectMany(match => match.Groups[1].Value.Split(' ')).Where(word => PlainWord().IsMatch(word)).Distinct();

        Assert.All(targets, target => Assert.Matches($@"(?m)^([a-z-]+ )*{Regex.Escape(target)}( [a-z-]+)*:", makefile));
    }

    private static IEnumerable<string> References(string project) =>
        Reference().Matches(File.ReadAllText(project)).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal);

    /// <summary>Below the root, in code; not what a build makes.</summary>
    [GeneratedRegex(@"(?<=[`\s(/])((?:src|tests|docs|bpf|scripts|packaging|schemas|examples)(?:/[\w.-]+)+)(?=[`\s)])")]
    private static partial Regex NamedPath();

    /// <summary>A project, and what it uses before a semicolon.</summary>
    [GeneratedRegex(@"(?m)^\| `src/([\w.]+)` \|[^|]*\|([^|;]*)")]
    private static partial Regex MapRow();

    [GeneratedRegex(@"(?m)^\| `([\w/]+)` \| \w")]
    private static partial Regex FolderRow();

    [GeneratedRegex("(Bpf|Capture|Demangling|Dwarf|Engine|Events|Linux|Rules|Symbols|Yaml)\\b")]
    private static partial Regex ProjectName();

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/TraceAgent\.(\w+)\.csproj""")]
    private static partial Regex Reference();

    [GeneratedRegex("`make ([a-z][a-z -]*)")]
    private static partial Regex MakeTarget();

    [GeneratedRegex("^[a-z][a-z-]*$")]
    private static partial Regex PlainWord();
}
