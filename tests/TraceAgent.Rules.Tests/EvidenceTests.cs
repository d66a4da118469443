using System.Text.RegularExpressions;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Keys;
using TraceAgent.Rules.Keys.Packets;
using TraceAgent.Rules.Keys.Places;
using TraceAgent.Rules.Templates;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Tests;

/// <summary>
/// Every construct of the rule language is in a valid case and in one whose diagnostic points at it, in an end-to-end test and in
/// the documents; those that a schema can know are in the schema.
/// </summary>
public sealed class EvidenceTests
{
    /// <summary>At least one of every kind of value, as rules write it.</summary>
    private static readonly string[] Types =
    [
        "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "short", "unsigned short", "size_t", "ptr", "hex",
        "void *", "bool", "char", "errno", "signal", "duration", "enum {", "float", "double", "ipv4", "ipv6", "sockaddr", "string",
        "string(", "char *", "bytes(", "utf16", "utf32", "wchar_t *", "string(ret", "std::string", "std::string_view", "std::wstring",
        "QString", "go.string", "go.error", "[]byte", "rust.str", "&str", "int32[",
    ];

    private static readonly string Root = Path.GetFullPath(Path.Combine(CaseFiles.SourceFolder, "../.."));
    private static readonly string Valid = TextOf("tests/TraceAgent.Rules.Tests/Cases/valid", "*.yaml");
    private static readonly string EndToEnd = TextOf("tests/TraceAgent.EndToEnd", "*.cs");
    private static readonly string Documents = TextOf("docs", "*.md");
    private static readonly string Schema = File.ReadAllText(Path.Combine(Root, "schemas/rules.schema.json"));

    /// <summary>What stands in the line of each diagnostic, and what is before the place that it points at.</summary>
    private static readonly List<(string Line, string Before)> Diagnosed =
        [.. CaseFiles.NamesIn("invalid").Concat(CaseFiles.NamesIn("invalid-beyond-schema")).SelectMany(DiagnosedIn)];

    public static TheoryData<string, string> Keys
    {
        get
        {
            var keys = new TheoryData<string, string>();
            Add("rules", RuleKeys.Table.Keys.Select(key => key.Name));
            Add("target", FilterKeys.Table.Keys.Select(key => key.Name));
            Add("packets", PacketKeys.Table.Keys.Select(key => key.Name));
            return keys;

            void Add(string table, IEnumerable<string> names)
            {
                foreach (var name in names)
                {
                    keys.Add(table, name);
                }
            }
        }
    }

    /// <summary>Kind, name and pattern of what is no key.</summary>
    public static TheoryData<string, string, string> Words
    {
        get
        {
            var words = new TheoryData<string, string, string>();
            Add("type", Types, Whole);
            Add("operator", ExpressionParser.Levels.SelectMany(level => level), sign =>
                $@"[\w)\]'] ?{Regex.Escape(sign)} ?[\w('""~*-]|{Quoted(sign)}");
            Add("prefix operator", ["!", "~", "-", "*"], sign => $@"(?<=[\s""'(`&|=]){Regex.Escape(sign)}[\w(*]|{Quoted(sign)}");
            Add("name in expressions", PlaceScope.Of(CSiteAbi.X64).Names.Concat(["ret", "duration", "arg1"]), Whole);
            Add("name in messages", EventNames.Of(EventKind.Call, [], [new NamedValue("ret", new CaptureType.Bool())]).Keys, name =>
                $@"\{{[@$]?{name}[,:}}]");
            Add("format", ["x", "X", "d", "D", "n", "f", "e", "g", "s", "ms", "us", "ns", "call"], format =>
                $@"\{{[@$]?\w+(,-?\d+)?:{format}\d*\}}|`{format}`");
            Add("form of a hole", ["{@", "{$", "{{", ",-"], Regex.Escape);
            return words;

            void Add(string kind, IEnumerable<string> names, Func<string, string> pattern)
            {
                foreach (var name in names)
                {
                    words.Add(kind, name, pattern(name));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_has_its_cases_its_end_to_end_test_its_example_and_its_schema(string table, string key)
    {
        var pattern = $@"(?<!\w){key}""?:";
        AssertIn(table, key, pattern);
        Assert.Contains($"\"{key}\":", Schema, StringComparison.Ordinal);
        Assert.True(
            Diagnosed.Exists(place => Regex.Matches(place.Before, @"(\w+)""?:(?!\w)").LastOrDefault()?.Groups[1].Value == key
                || Regex.IsMatch(place.Line[place.Before.Length..], $@"^""?{key}\b")),
            $"no diagnostic points at '{key}' or its value");
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Every_type_operator_name_and_format_has_its_cases_its_end_to_end_test_and_its_example(
        string kind, string name, string pattern)
    {
        AssertIn(kind, name, pattern);
        Assert.True(
            Diagnosed.Exists(place => Regex.IsMatch(place.Line, pattern)), $"no diagnostic is about a line with the {kind} '{name}'");
    }

    [Fact]
    public void Every_kind_of_value_is_among_the_types()
    {
        var kinds = typeof(CaptureType).GetNestedTypes()
            .Where(type => type.IsSubclassOf(typeof(CaptureType)) && !type.IsAbstract).Select(type => type.Name);

        // Types that only debug information, or the kernel, gives to a value.
        var read = Types.Select(text =>
            text switch
            {
                "enum {" => "enum {0: A}",
                "string(" => "string(9)",
                "string(ret" => "string(ret)",
                "bytes(" => "bytes(9)",
                "int32[" => "int32[9]",
                _ => text,
            })
            .Select(text => (TypeNames.FindFloat(text) ?? TypeText.Read(text, _ => { })!.Type).GetType().Name);
        Assert.Equal([nameof(CaptureType.Cgroup), nameof(CaptureType.FunctionPointer)], kinds.Except(read).Order());
    }

    private static void AssertIn(string kind, string name, string pattern)
    {
        Assert.True(Regex.IsMatch(Valid, pattern), $"no valid case has the {kind} '{name}'");
        Assert.True(Regex.IsMatch(EndToEnd, pattern), $"no end-to-end test has the {kind} '{name}'");
        Assert.True(Regex.IsMatch(Documents, $"{pattern}|`{Regex.Escape(name)}`"), $"no document has the {kind} '{name}'");
    }

    /// <summary>Among the signs of a table in a document.</summary>
    private static string Quoted(string sign) =>
        $@"`[^`\n]*(?<=[` ]){Regex.Escape(sign.Replace("|", "\\|", StringComparison.Ordinal))}(?=[` ])";

    private static string Whole(string word) =>
        $"{(char.IsLetter(word[0]) ? @"(?<![\w.:])" : "")}{Regex.Escape(word)}{(char.IsLetterOrDigit(word[^1]) ? @"(?!\w)" : "")}";

    private static IEnumerable<(string Line, string Before)> DiagnosedIn(string name)
    {
        var lines = File.ReadAllLines(CaseFiles.PathOf(name));
        foreach (Match place in Regex.Matches(
            File.ReadAllText(CaseFiles.PathOf(Path.ChangeExtension(name, ".expected"))), @"(?m)^\S+:(\d+):(\d+): (error|warning) "))
        {
            var line = lines.ElementAtOrDefault(int.Parse(place.Groups[1].Value) - 1) ?? "";
            yield return (line, line[..Math.Min(line.Length, int.Parse(place.Groups[2].Value) - 1)]);
        }
    }

    private static string TextOf(string folder, string pattern) => string.Concat(
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
                .Select(File.ReadAllText));
}
