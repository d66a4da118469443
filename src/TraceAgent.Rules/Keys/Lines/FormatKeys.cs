using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Lines;

/// <summary>The keys of <c>format: {entry: …, return: …}</c>.</summary>
internal static class FormatKeys
{
    public static KeyTable<FormatDraft> Table { get; } = new(
        KeyOf(EventKind.Entry, "The message when the function is entered."),
        KeyOf(EventKind.Return, "The message when it returns."),
        KeyOf(EventKind.Call, "The message of a completed call."));

    /// <summary>The key of an event, and its <c>event</c> property.</summary>
    public static string NameOf(EventKind kind) => kind switch
    {
        EventKind.Entry => "entry",
        EventKind.Return => "return",
        _ => "call",
    };

    public static void ReadFormat(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        // `format: {arg1} and more` is a YAML mapping with the key arg1: what was meant is text.
        if (entry.Value is YamlMapping mapping && mapping.Entries.Any(e => Table.Keys.Any(k => k.Name == e.Key.Value)))
        {
            rule.Formats = new FormatDraft();
            rule.Formats.Present = Table.Read("'format'", mapping, rule.Formats, bag);
        }
        else
        {
            rule.Format = ScalarValue.Text(entry, bag, severalLines: true);
        }
    }

    private static Key<FormatDraft> KeyOf(EventKind kind, string description) => new(
        NameOf(kind),
        description,
        JsonSchema.String,
        (format, entry, bag) =>
        {
            if (ScalarValue.Text(entry, bag, severalLines: true) is { } text)
            {
                format.Texts[kind] = text;
            }
        });
}
