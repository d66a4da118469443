using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TraceAgent.Yaml;

namespace TraceAgent.Rules.CommandLine;

/// <summary>Writes the text of a rule file from a tree of keys.</summary>
internal static partial class RuleFileText
{
    /// <param name="mapping">The keys of the rule.</param>
    /// <param name="rule">The rule that they make: a rule file has other relative paths.</param>
    public static string Of(YamlMapping mapping, Rule rule)
    {
        var text = new StringBuilder("rules:\n");
        var lead = "  - ";
        foreach (var entry in mapping.Entries.OrderBy(entry => entry.Key.Value == "name" ? 0 : 1))
        {
            text.Append(lead).Append(entry.Key.Value).Append(':');
            lead = "    ";
            switch (entry)
            {
                case { Key.Value: "binary", Value: YamlScalar }:
                    text.Append(' ').Append(Scalar(rule.Binary.Value.Text, mayBePlain: true)).Append('\n');
                    break;
                case { Value: YamlMapping nested }:
                    text.Append('\n');
                    foreach (var (key, value) in nested.Entries)
                    {
                        text.Append(CultureInfo.InvariantCulture, $"      {key.Value}: {Flow(value)}\n");
                    }

                    break;
                default:
                    text.Append(' ').Append(Flow(entry.Value)).Append('\n');
                    break;
            }
        }

        return text.ToString();
    }

    private static string Flow(YamlNode node) => node switch
    {
        YamlSequence list =>
            $"[{string.Join(", ", list.Items.Select(item => item is YamlMapping { Entries: [var one] } ? Pair(one) : Flow(item)))}]",
        YamlMapping mapping => $"{{{string.Join(", ", mapping.Entries.Select(Pair))}}}",
        YamlScalar scalar => Scalar(scalar.Value, scalar.IsPlain),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    private static string Pair(YamlEntry entry) => $"{Scalar(entry.Key.Value, mayBePlain: true)}: {Flow(entry.Value)}";

    /// <summary>The text of a scalar; plain where every reader of YAML takes it for the same text, or for the number that it is.</summary>
    private static string Scalar(string value, bool mayBePlain)
    {
        if ((PlainText().IsMatch(value) && !OtherThanText().IsMatch(value))
            || (mayBePlain && (Number().IsMatch(value) || value is "true" or "false")))
        {
            return value;
        }

        return value.All(IsPrintable) ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'" : Escaped(value);
    }

    private static string Escaped(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                _ when IsPrintable(c) || char.IsSurrogate(c) => text.Append(c),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }

        return text.Append('"').ToString();
    }

    private static bool IsPrintable(char c) =>
        char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);

    [GeneratedRegex(@"^[A-Za-z_/][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+-]+)*\z")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"^(true|false|yes|no|on|off|y|n|null)\z", RegexOptions.IgnoreCase)]
    private static partial Regex OtherThanText();

    [GeneratedRegex(@"^(0x[0-9a-f]{1,16}|[0-9]{1,18}|[0-9]+/[0-9a-z]+|[0-9]+[a-z%]+)\z")]
    private static partial Regex Number();
}
