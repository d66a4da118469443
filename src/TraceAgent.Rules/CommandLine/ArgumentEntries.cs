using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.CommandLine;

/// <summary>Reads what stands between the brackets after a function: <c>args</c> or <c>signature</c>.</summary>
internal static class ArgumentEntries
{
    /// <summary>The result type of a function that returns nothing.</summary>
    public const string Nothing = "void";

    /// <param name="list">The list without the brackets; not empty.</param>
    /// <param name="symbol">The symbol before them.</param>
    /// <param name="returned">The type after the arrow.</param>
    /// <param name="bag">Receives the diagnostics.</param>
    /// <returns>Null when it cannot be read, which is reported.</returns>
    public static YamlEntry? Read(Word list, string symbol, Word? returned, DiagnosticBag bag)
    {
        var parts = Split(list);
        if (HasGap(parts, "an argument", bag))
        {
            return null;
        }

        if (parts is [{ Text: var number } only] && number.All(char.IsAsciiDigit))
        {
            return new YamlEntry(only.Key("args"), only.Plain);
        }

        return parts.Exists(part => part.Text == WrittenArgument.Skip || ColonIn(part) >= 0) || parts.TrueForAll(IsName)
            ? new YamlEntry(list.Key("args"), new YamlSequence(list.Whole.At, [.. parts.Select(Item)]))
            : new YamlEntry(list.Key("signature"), Signature(list, symbol, returned));
    }

    /// <param name="list">The list without the brackets.</param>
    /// <param name="bag">Receives the diagnostics.</param>
    /// <returns>Null when it cannot be read, which is reported.</returns>
    public static YamlSequence? Results(Word list, DiagnosticBag bag)
    {
        var parts = Split(list);
        return HasGap(parts, "a result", bag) ? null : new YamlSequence(list.Whole.At, [.. parts.Select(Item)]);
    }

    private static bool HasGap(List<Word> parts, string noun, DiagnosticBag bag)
    {
        var empty = parts.FindIndex(part => part.Text.Length == 0);
        if (empty >= 0)
        {
            bag.Error(DiagnosticCode.InvalidValue, parts[empty].Whole.At, $"{noun} is missing here", "'_' skips one");
        }

        return empty >= 0;
    }

    private static YamlNode Item(Word part)
    {
        var colon = ColonIn(part);
        return colon < 0
            ? part.Whole
            : new YamlMapping(part.Whole.At, [new YamlEntry(part[..colon].Trim().Whole, part[(colon + 1)..].Trim().Plain)]);
    }

    /// <summary>True for a word that is no type: C would take <c>(size)</c> for a parameter without a name.</summary>
    private static bool IsName(Word part) =>
        part.Text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !TypeNames.IsType(part.Text) && part.Text != Nothing;

    /// <summary>The parameters as C has them, with what must stand before them; positions in them stay those of the line.</summary>
    private static YamlScalar Signature(Word list, string symbol, Word? returned)
    {
        var name = symbol.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? symbol : "function";
        var before = $"{(returned?.Text == Nothing ? Nothing : "int64_t")} {name}(";
        var parameters = list.Whole;
        return parameters with { Value = $"{before}{list.Text})", TextColumn = Math.Max(0, parameters.TextColumn - before.Length) };
    }

    /// <summary>The position of the colon between name and type; not one of <c>::</c>, nor one inside of brackets.</summary>
    private static int ColonIn(Word part)
    {
        var text = part.Text;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += Depth(text[i]);
            if (text[i] == ':' && i + 1 < text.Length && text[i + 1] == ':')
            {
                i++;
            }
            else if (text[i] == ':' && depth == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static List<Word> Split(Word list)
    {
        var parts = new List<Word>();
        var (depth, start) = (0, 0);
        for (var i = 0; i < list.Text.Length; i++)
        {
            depth += Depth(list.Text[i]);
            if (list.Text[i] == ',' && depth == 0)
            {
                parts.Add(list[start..i].Trim());
                start = i + 1;
            }
        }

        parts.Add(list[start..].Trim());
        return parts;
    }

    private static int Depth(char c) => c switch
    {
        '(' or '[' or '{' => 1,
        ')' or ']' or '}' => -1,
        _ => 0,
    };
}
