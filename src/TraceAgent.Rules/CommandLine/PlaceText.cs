using System.Text.RegularExpressions;
using TraceAgent.Rules.Keys.Places;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.CommandLine;

/// <summary>
/// Reads <c>BINARY:FUNCTION(name: type, …) -> type</c> and <c>BINARY:FILE:LINE</c>, also <c>-> (name: type, …)</c>: the keys
/// <c>name</c>, <c>binary</c>, those of the place, of the arguments and of the return value. The place may be an address, or
/// <c>usdt:PROVIDER:NAME</c>.
/// </summary>
internal static partial class PlaceText
{
    /// <summary>The key that stands for <c>on</c> where nobody says it.</summary>
    public const string SuggestedTrigger = "(on)";

    private const string Arrow = "->";

    private const string OfProcess = "process:";
    private const string OfUsdt = "usdt:";

    private const string Example = "such as '/bin/bash:readline() -> string'";

    /// <summary>Reads the entries; none when the text cannot be read, which is reported.</summary>
    public static IEnumerable<YamlEntry> Read(CommandLineText line, DiagnosticBag bag)
    {
        var first = line.Words[0];
        if (OfLine(line.Words) is { } ofLine)
        {
            return ofLine;
        }

        var (binary, place) = line.Words.Count > 1 ? (first, line.Words[1]) : Split(first);
        (binary, place) = (binary.Trim(), place.Trim());
        if (binary.Text.Length == 0 || place.Text.Length == 0)
        {
            bag.Error(
                DiagnosticCode.InvalidValue,
                first.Whole.At, $"'{Quoted.Clip(first.Text)}' does not say {(binary.Text.Length == 0 ? "which binary" : "which function")}",
                $"BINARY:FUNCTION, {Example}");
            return [];
        }

        var entries = new List<YamlEntry> { new(binary.Key("binary"), Target(binary)) };
        entries.AddRange(
            Prototype().IsMatch(place.Text) && !SourceName().IsMatch(place.Text) ? OfPrototype(place, bag) : OfPlace(place, bag));
        return entries;
    }

    /// <summary>
    /// Reads <c>BINARY:FILE:LINE</c>, or these as two words, and a message after them; null when no line is named.
    /// </summary>
    private static List<YamlEntry>? OfLine(IReadOnlyList<Word> words)
    {
        var (binary, place) = words.Count > 1 && IsLine(words[1]) ? (words[0], words[1]) : Split(words[0]);
        if (!IsLine(place) || binary.Text.Length == 0)
        {
            return null;
        }

        var entries = new List<YamlEntry> { new(binary.Key("binary"), Target(binary)) };
        entries.AddRange(NamesOf(place, "line", place.Text));
        if (words.Count > 1 && place != words[1])
        {
            entries.Add(new YamlEntry(words[1].Key("format"), words[1].Whole));
        }

        return entries;
    }

    private static bool IsLine(Word word) =>
        !word.Text.StartsWith(OfUsdt, StringComparison.Ordinal) && LineValue.TryRead(word.Text) is not null;

    /// <summary>Reads a file, or all files of a process: <c>process:nginx</c>.</summary>
    private static YamlNode Target(Word binary)
    {
        if (!binary.Text.StartsWith(OfProcess, StringComparison.Ordinal))
        {
            return binary.Whole;
        }

        var name = binary[OfProcess.Length..].Trim();
        return new YamlMapping(binary.Whole.At, [new YamlEntry(binary.Key(OfProcess[..^1]), name.Whole)]);
    }

    /// <summary>Splits a word at the first colon that is not one of a pair.</summary>
    private static (Word Binary, Word Place) Split(Word word)
    {
        var text = word.Text;
        for (var i = text.StartsWith(OfProcess, StringComparison.Ordinal) ? OfProcess.Length : 0; i < text.Length; i++)
        {
            if (text[i] == ':')
            {
                if (i + 1 >= text.Length || text[i + 1] != ':')
                {
                    return (word[..i], word[(i + 1)..]);
                }

                i++;
            }
        }

        return (word, word[text.Length..]);
    }

    private static IEnumerable<YamlEntry> OfPrototype(Word place, DiagnosticBag bag)
    {
        var scalar = place.Whole;
        if (PrototypeReader.Read(place.Text, problem =>
            bag.Error(problem.Code, scalar.SpanOf(problem.Start, problem.Length), problem.Message, problem.Hint)) is not { } prototype)
        {
            return [];
        }

        var name = place[prototype.NameStart..prototype.NameEnd];
        return [
            .. NamesOf(name, "symbol", name.Text),
            new(place.Key("signature"), scalar),
            Trigger(place, prototype.Parameters.Count > 0),
        ];
    }

    private static List<YamlEntry> OfPlace(Word place, DiagnosticBag bag)
    {
        var (head, returned) = SplitReturn(place);
        if (ArgumentList(head, bag) is not { } parts)
        {
            return [];
        }

        var (symbol, arguments) = parts;
        var isUsdt = symbol.Text.StartsWith(OfUsdt, StringComparison.Ordinal);
        symbol = isUsdt ? symbol[OfUsdt.Length..] : symbol;
        if (symbol.Text.Length == 0)
        {
            bag.Error(DiagnosticCode.InvalidValue, place.Whole.At, "the name of a function is missing", Example);
            return [];
        }

        var isOffset = char.IsAsciiDigit(symbol.Text[0]) || symbol.Text.StartsWith("file+", StringComparison.Ordinal);
        var key = (isUsdt, isOffset) switch
        {
            (true, _) => "usdt",
            (_, true) => "offset",
            _ => "symbol",
        };
        var entries = new List<YamlEntry>(NamesOf(symbol, key, symbol.Text));
        var hasArguments = arguments is { } list && list.Trim().Text.Length > 0;
        if (hasArguments && ArgumentEntries.Read(arguments!, symbol.Text, returned, bag) is { } written)
        {
            entries.Add(written);
        }

        if (returned is { } type)
        {
            if (type.Text.Length == 0)
            {
                bag.Error(DiagnosticCode.InvalidValue, place.Whole.At, $"after '{Arrow}' comes the type of the return value", Example);
            }

            if (IsList(type))
            {
                if (ArgumentEntries.Results(type[1..(type.Text.Length - 1)], bag) is { } results)
                {
                    entries.Add(new YamlEntry(type.Key("ret"), results));
                }
            }
            // A signature says it itself.
            else if (type.Text != ArgumentEntries.Nothing || entries.TrueForAll(entry => entry.Key.Value != "signature"))
            {
                entries.Add(new YamlEntry(type.Key("ret"), type.Whole));
            }

            entries.Add(Trigger(type, hasArguments));
        }

        return entries;
    }

    /// <summary>
    /// The suggested trigger: with arguments, one line for a whole call. Without, the return alone: calls that have begun
    /// already, such as of a shell that waits for its next line, are seen too.
    /// </summary>
    private static YamlEntry Trigger(Word place, bool hasArguments) =>
        new(place.Key(SuggestedTrigger), place.Key(hasArguments ? "call" : "return"));

    private static IEnumerable<YamlEntry> NamesOf(Word symbol, string key, string text)
    {
        yield return new YamlEntry(symbol.Key("name"), symbol.Key(NameOf(text)));
        yield return new YamlEntry(symbol.Key(key), symbol.Whole);
    }

    /// <summary>A name for the rule.</summary>
    private static string NameOf(string symbol)
    {
        const int longest = 40;
        var name = NoName().Replace(char.IsAsciiDigit(symbol[0]) ? $"at-{symbol}" : symbol.ToLowerInvariant(), "-").Trim('-', '.', '_');
        if (name.Length == 0)
        {
            return "trace";
        }

        return name.Length <= longest ? name : name[..longest];
    }

    private static (Word Head, Word? Type) SplitReturn(Word place)
    {
        var arrow = place.Text.LastIndexOf(Arrow, StringComparison.Ordinal);
        if (arrow < 0 || place.Text.AsSpan(0, arrow).EndsWith("operator"))
        {
            return (place, null);
        }

        var returned = place[(arrow + Arrow.Length)..].Trim();
        return returned.Text.Contains(')') && !IsList(returned) ? (place, null) : (place[..arrow].Trim(), returned);
    }

    /// <summary>True for a list of several results: <c>(n: int64, err: go.error)</c>.</summary>
    private static bool IsList(Word returned) => returned.Text is ['(', .., ')'];

    /// <summary>
    /// Splits the head into symbol and arguments. The last brackets hold the arguments; those of an overload before them belong
    /// to the name.
    /// </summary>
    /// <returns>Null when brackets do not match, which is reported.</returns>
    private static (Word Symbol, Word? Arguments)? ArgumentList(Word head, DiagnosticBag bag)
    {
        var text = head.Text;
        if (!text.EndsWith(')') || text.EndsWith("operator()", StringComparison.Ordinal))
        {
            var open = text.Count(c => c == '(') > text.Count(c => c == ')') ? text.LastIndexOf('(') : -1;
            if (open < 0)
            {
                return (head, null);
            }

            bag.Error(DiagnosticCode.InvalidValue, head[open..(open + 1)].Whole.At, "this bracket is not closed", Example);
            return null;
        }

        var depth = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            depth += text[i] switch
            {
                ')' => 1,
                '(' => -1,
                _ => 0,
            };
            if (depth == 0)
            {
                return (head[..i].Trim(), head[(i + 1)..^1]);
            }
        }

        bag.Error(DiagnosticCode.InvalidValue, head[^1..].Whole.At, "no bracket opens what is closed here", Example);
        return null;
    }

    /// <summary>Matches a prototype: something stands before the name, with a space or a star between.</summary>
    [GeneratedRegex(@"^[A-Za-z_][\w\s*&:]*[\s*&][\w:]+\s*\(")]
    private static partial Regex Prototype();

    /// <summary>Matches names of C++ with spaces in them.</summary>
    [GeneratedRegex(@"\boperator\b")]
    private static partial Regex SourceName();

    [GeneratedRegex(@"[^a-z0-9._-]+")]
    private static partial Regex NoName();
}
