using System.Text;
using System.Text.RegularExpressions;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

/// <summary>What people read is true of the program: examples, links, codes and keys.</summary>
public partial class DocumentationTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(CaseFiles.SourceFolder, "../.."));

    public static TheoryData<string> Documents => [.. DocumentNames()];

    public static TheoryData<string, int> RuleExamples
    {
        get
        {
            var examples = new TheoryData<string, int>();
            foreach (var (document, line) in DocumentNames().SelectMany(
                name => YamlBlocks(name).Where(IsRules).Select(block => (name, block.Line))))
            {
                examples.Add(document, line);
            }

            return examples;
        }
    }

    [Theory]
    [MemberData(nameof(RuleExamples))]
    public void Every_rule_in_the_documents_is_read_without_errors(string document, int line)
    {
        var text = YamlBlocks(document).Single(block => block.Line == line).Text;
        var file = RuleFileReader.Read($"{document}:{line}", "/srv/shop/rules", Encoding.UTF8.GetBytes(text));
        Assert.Equal([], file.Diagnostics.Select(d => $"{d.At.Line}:{d.At.Column}: {d.Message}"));
        Assert.NotEqual(0, file.Rules.Count + file.Packets.Count);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_to_a_file_and_to_a_heading_in_it(string document)
    {
        foreach (Match link in Link().Matches(WithoutCode(document)))
        {
            var target = link.Groups[1].Value;
            if (target.Contains("://", StringComparison.Ordinal))
            {
                continue;
            }

            var parts = target.Split('#');
            var path = parts[0].Length == 0
                ? Path.Combine(Root, document)
                : Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(document)!, parts[0]));
            Assert.True(Path.Exists(path), $"{document} links to {target}, which does not exist");
            if (parts.Length > 1)
            {
                Assert.Contains(parts[1], Headings(path));
            }
        }
    }

    [Fact]
    public void The_table_of_codes_has_every_code_of_the_program_and_no_other()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal));
        var defined = sources.SelectMany(path => CodeConstant().Matches(File.ReadAllText(path)))
            .Select(match => match.Groups[1].Value).Order();
        var explained = CodeRow().Matches(ReadDocument("docs/troubleshooting.md")).Select(match => match.Groups[1].Value).Order();
        Assert.Equal(defined, explained);
    }

    [Fact]
    public void Every_warning_and_error_of_the_agent_is_in_the_table_of_messages()
    {
        var logs = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*Log.cs", SearchOption.AllDirectories);
        var log = StringsInPieces().Replace(string.Concat(logs.Select(File.ReadAllText)), "");
        var messages = LoudMessage().Matches(log)
            .Select(match => Placeholder().Replace(match.Groups[1].Value, "…").Replace("\\n", "", StringComparison.Ordinal))
            .Where(text => text != "…").ToList();
        var explained = MessageRow().Matches(ReadDocument("docs/troubleshooting.md")).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.NotEmpty(messages);
        Assert.All(messages, message => Assert.Contains(message, explained));
    }

    [Fact]
    public void The_reference_of_the_rule_language_is_what_the_schema_says()
    {
        using var check = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/usr/bin/python3", [Path.Combine(Root, "scripts/rules-reference.py"), "--check"])
            { RedirectStandardError = true })!;
        var complaint = check.StandardError.ReadToEnd();
        check.WaitForExit();

        Assert.True(check.ExitCode == 0, complaint);
    }

    [Theory]
    [InlineData("docs/security.md", "## What an attacker can try")]
    [InlineData("docs/safety.md", "## What is promised")]
    public void Every_test_that_a_table_of_promises_names_exists(string document, string section)
    {
        var tests = string.Concat(Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));
        var named = Row().Matches(ReadDocument(document).Split(section)[1].Split("\n## ")[0])
            .SelectMany(row => TestName().Matches(row.Value.Split('|')[^2])).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Matches($@"(class|void) {name}\b", tests));
    }

    [Fact]
    public void The_table_of_keys_has_every_key_of_a_rule_and_no_other()
    {
        var known = Keys.RuleKeys.Table.Keys.Select(key => key.Name).Order();
        var table = ReadDocument("docs/rules.md").Split("\n\n").Single(part => part.StartsWith("| key |", StringComparison.Ordinal));
        var explained = table.Split('\n')
            .Skip(2).SelectMany(row => Quoted().Matches(row.Split('|')[1])).Select(match => match.Groups[1].Value).Order();
        Assert.Equal(known, explained);
    }

    [Fact]
    public void The_table_of_keys_of_packet_rules_has_every_key_and_no_other()
    {
        var known = Keys.Packets.PacketKeys.Table.Keys.Select(key => key.Name).Order();
        var table = ReadDocument("docs/packets.md").Split("\n\n").Single(part => part.StartsWith("| key |", StringComparison.Ordinal));
        var explained = table.Split('\n')
            .Skip(2).SelectMany(row => Quoted().Matches(row.Split('|')[1])).Select(match => match.Groups[1].Value).Order();
        Assert.Equal(known, explained);
    }

    private static IEnumerable<string> DocumentNames() =>
        Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Root, "*.md"))
            .Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal);

    private static string ReadDocument(string name) => File.ReadAllText(Path.Combine(Root, name));

    private static string WithoutCode(string document) => Fence().Replace(ReadDocument(document), "");

    private static IEnumerable<(int Line, string Text)> YamlBlocks(string document)
    {
        var text = ReadDocument(document);
        return Fence().Matches(text).Where(match => match.Groups[1].Value == "yaml")
            .Select(match => (text[..match.Index].Count(c => c == '\n') + 1, match.Groups[2].Value));
    }

    /// <summary>The agent configuration has a key of that name too, which is a path.</summary>
    private static bool IsRules((int Line, string Text) block) => RuleKey().IsMatch(block.Text);

    private static IEnumerable<string> Headings(string path) =>
        Heading().Matches(File.ReadAllText(path)).Select(
            match => NotInAnchor().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex("^(rules|packets):\n", RegexOptions.Multiline)]
    private static partial Regex RuleKey();

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9 _-]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex("const string \\w+ = \"(TA[0-9]{3})\"")]
    private static partial Regex CodeConstant();

    [GeneratedRegex(@"^\| (TA[0-9]{3}) \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();

    [GeneratedRegex(@""" \+\n *""")]
    private static partial Regex StringsInPieces();

    [GeneratedRegex(@"LogLevel[.](?:Warning|Error|Critical),\s+Message = ""(.*)""\)\]")]
    private static partial Regex LoudMessage();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex MessageRow();

    [GeneratedRegex(@"^\|.*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Z][A-Za-z_]+)`")]
    private static partial Regex TestName();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Quoted();
}
