using TraceAgent.Capture;
using TraceAgent.Rules.Files;
using TraceAgent.Rules.Keys;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.CommandLine;

/// <summary>An option that sets a key of the rule.</summary>
/// <param name="Option">The option as it is typed: <c>--when</c>.</param>
/// <param name="Key">The key of a rule. The values of several <c>capture</c> are put together.</param>
/// <param name="Value">The value as it is typed.</param>
public sealed record RuleOption(string Option, string Key, string Value);

/// <summary>A rule from a command line.</summary>
/// <param name="File">The rule as if it stood in a file: at most one rule, and diagnostics whose source is the command line.</param>
/// <param name="Yaml">The rule file that says the same; null when there are errors.</param>
public sealed record CommandLineRule(RuleFile File, string? Yaml)
{
    /// <summary>The name of the command line in diagnostics.</summary>
    public const string DisplayPath = "<command line>";

    private const int MaxLineLength = 64 << 10;

    /// <summary>Reads <c>BINARY:FUNCTION(name: type, …) -> type</c>. Takes any text without throwing.</summary>
    /// <param name="command">The beginning of the line, for showing.</param>
    /// <param name="baseDirectory">The folder, absolute, from which relative paths start.</param>
    /// <param name="words">
    /// One: binary and place with a colon between. Two: the binary, and the place or a C prototype.
    /// </param>
    /// <param name="options">More keys, by their options.</param>
    public static CommandLineRule Read(string command, string baseDirectory, IReadOnlyList<string> words, IReadOnlyList<RuleOption> options)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(options);
        var bag = new DiagnosticBag();
        var file = new FileDraft(baseDirectory);
        if (words.Sum(word => (long)word.Length) + options.Sum(option => (long)option.Value.Length) > MaxLineLength)
        {
            bag.Error(DiagnosticCode.TooLarge, new SourceSpan(
                DisplayPath, 1, 1, 1), $"the command line has more than {MaxLineLength:N0} characters", "write a rule file");
            return new CommandLineRule(FileOf(file, new SourceText(DisplayPath, command), bag), null);
        }

        var line = new CommandLineText(command, words, options);
        var entries = new List<YamlEntry>();
        entries.AddRange(PlaceText.Read(line, bag));
        entries.AddRange(OptionEntries.Read(line, bag));
        if (bag.ErrorCount > 0)
        {
            return new CommandLineRule(FileOf(file, line.Source, bag), null);
        }

        var rule = new YamlMapping(line.Words[0].Whole.At, [.. WithTrigger(entries)]);
        var root = new YamlMapping(rule.At, [new YamlEntry(line.Words[0].Key("rules"), new YamlSequence(rule.At, [rule]))]);
        FileKeys.Table.Read("the command line", root, file, bag);
        var yaml = bag.ErrorCount == 0 && file.Rules is [var read] ? RuleFileText.Of(rule, read) : null;
        return new CommandLineRule(FileOf(file, line.Source, bag), yaml);
    }

    /// <summary>The entries with one <c>on</c>: that of the option, else what the place has suggested.</summary>
    private static IEnumerable<YamlEntry> WithTrigger(List<YamlEntry> entries)
    {
        var suggested = entries.Find(entry => entry.Key.Value == PlaceText.SuggestedTrigger);
        foreach (var entry in entries.Where(entry => entry != suggested))
        {
            yield return entry;
        }

        if (suggested is not null && entries.TrueForAll(entry => entry.Key.Value != "on"))
        {
            yield return suggested with { Key = suggested.Key with { Value = "on" } };
        }
    }

    private static RuleFile FileOf(FileDraft file, SourceText source, DiagnosticBag bag) =>
        new(DisplayPath, file.Rules.ToEquatableArray(), bag.InOrder().ToEquatableArray(), source) { Names = file.Names.ToEquatableArray() };
}
