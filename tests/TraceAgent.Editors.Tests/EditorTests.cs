using TraceAgent.EndToEnd;

namespace TraceAgent.Editors.Tests;

/// <summary>What somebody who writes rules in an editor sees, by the language server that editors use for YAML.</summary>
public class EditorTests(LanguageServer editor) : IClassFixture<LanguageServer>
{
    private const string Modeline = "# yaml-language-server: $schema=../schemas/rules.schema.json\n";

    public static TheoryData<string> Examples => [.. ConfigurationFiles.Examples];

    [Fact]
    public void There_are_examples() => Assert.True(ConfigurationFiles.Examples.Count > 4);

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_names_its_schema_and_has_nothing_underlined(string path)
    {
        var schema = ConfigurationFiles.SchemaOf(path);

        Assert.True(schema is not null, $"{path} has no '# yaml-language-server: $schema=' in its first line");
        var file = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, schema));
        Assert.Matches("^schemas/(rules|agent)[.]schema[.]json$", Path.GetRelativePath(Repository.Root, file));
        Assert.Empty(editor.Open(Path.Combine(Repository.Root, path), ConfigurationFiles.Text(path)));
    }

    [Fact]
    public void Keys_are_offered_as_they_are_typed()
    {
        var file = New("completion");
        editor.Open(file, Modeline + "rules:\n  - name: a\n    binary: /bin/true\n    sy\n");

        Assert.Contains("symbol", editor.Completions(file, 5, 6));
    }

    [Fact]
    public void Values_are_offered_where_there_is_a_choice()
    {
        var file = New("values");
        editor.Open(file, Modeline + "rules:\n  - name: a\n    binary: /bin/true\n    symbol: main\n    on: \n");

        Assert.Equal(["both", "call", "entry", "return"], editor.Completions(file, 6, 8).Order());
    }

    [Fact]
    public void A_key_is_explained()
    {
        var file = New("hover");
        editor.Open(file, Modeline + "rules:\n  - name: a\n    binary: /bin/true\n    symbol: main\n");

        Assert.Contains("The function, as nm prints it", editor.Hover(file, 5, 6), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_is_underlined_where_it_is()
    {
        var found = editor.Open(
            New("mistakes"), Modeline + "rules:\n  - name: a\n    binary: /bin/true\n    symbol: main\n    argz: 2\n    args: 13\n");

        Assert.Equal([6, 7], found.Select(one => one.Line).Distinct().Order());
        Assert.Contains(found, one => one.Line == 6 && one.Message.Contains("argz", StringComparison.Ordinal));
    }

    [Fact]
    public void The_agents_configuration_is_offered_and_checked_as_well()
    {
        var file = New("agent");
        const string modeline = "# yaml-language-server: $schema=../schemas/agent.schema.json\n";

        Assert.Equal([2], editor.Open(file, modeline + "rulez: a\n\n").Select(one => one.Line));
        Assert.Contains("outputs", editor.Completions(file, 3, 0));
    }

    /// <summary>A file that only the editor has, where the schemas are one folder up.</summary>
    private static string New(string name) => Path.Combine(Repository.Root, "examples", $"{name}-of-a-test.yaml");
}
