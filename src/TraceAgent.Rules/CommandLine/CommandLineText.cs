using System.Text;
using System.Text.RegularExpressions;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.CommandLine;

/// <summary>The words of a command line as a line to point into.</summary>
internal sealed partial class CommandLineText
{
    public CommandLineText(string command, IReadOnlyList<string> words, IReadOnlyList<RuleOption> options)
    {
        var line = new StringBuilder(command);
        var places = new List<(string Text, int Start)>();
        var optionPlaces = new List<(RuleOption Option, int NameStart, int Start)>();
        foreach (var word in words)
        {
            places.Add((word, Append(line, word)));
        }

        foreach (var option in options)
        {
            line.Append(' ');
            var start = line.Length;
            line.Append(option.Option);
            optionPlaces.Add((option, start, Append(line, option.Value)));
        }

        Source = new SourceText(CommandLineRule.DisplayPath, line.ToString());
        Words = [.. places.Select(place => new Word(Source, place.Text, place.Start))];
        Options = [.. optionPlaces.Select(place => (
            place.Option.Key, new Word(Source, place.Option.Option, place.NameStart), new Word(Source, place.Option.Value, place.Start)))];
    }

    public SourceText Source { get; }

    public IReadOnlyList<Word> Words { get; }

    public IReadOnlyList<(string Key, Word Option, Word Value)> Options { get; }

    /// <summary>
    /// Appends a word, in quotes where a shell wants them, but never with an escape, so that diagnostics can point to positions
    /// in it.
    /// </summary>
    /// <returns>The position of its first character.</returns>
    private static int Append(StringBuilder line, string word)
    {
        var quote = QuoteFor(word);
        line.Append(' ').Append(quote);
        var start = line.Length;
        line.Append(word).Append(quote);
        return start;
    }

    private static string QuoteFor(string word)
    {
        if (PlainWord().IsMatch(word))
        {
            return "";
        }

        return word.Contains('\'', StringComparison.Ordinal) && !word.Contains('"', StringComparison.Ordinal) ? "\"" : "'";
    }

    [GeneratedRegex(@"^[A-Za-z0-9_./:@%+=,-]+\z")]
    private static partial Regex PlainWord();
}

/// <summary>A word of the line, or a part of one.</summary>
/// <param name="Source">The line.</param>
/// <param name="Text">The word's characters.</param>
/// <param name="Start">The position of its first character in the line.</param>
internal sealed record Word(SourceText Source, string Text, int Start)
{
    /// <summary>The word as a value; nothing in it is YAML syntax.</summary>
    public YamlScalar Whole => Scalar(isPlain: false);

    /// <summary>The word as a value that may be a number or null.</summary>
    public YamlScalar Plain => Scalar(isPlain: true);

    public Word this[Range range]
    {
        get
        {
            var (start, length) = range.GetOffsetAndLength(Text.Length);
            return new Word(Source, Text.Substring(start, length), Start + start);
        }
    }

    public Word Trim()
    {
        var start = Text.Length - Text.AsSpan().TrimStart().Length;
        return this[start..Math.Max(start, Text.AsSpan().TrimEnd().Length)];
    }

    /// <summary>A key that stands here by another word, or by none.</summary>
    public YamlScalar Key(string name) => Whole with { Value = name, TextColumn = 0 };

    private YamlScalar Scalar(bool isPlain)
    {
        var at = Source.Span(Start, Start + Text.Length);
        return new YamlScalar(at, Text, isPlain, Text.AsSpan().ContainsAny('\r', '\n') ? 0 : at.Column);
    }
}
