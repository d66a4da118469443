using System.Text.RegularExpressions;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Lines;

/// <summary>Reads <c>labels</c>.</summary>
internal static partial class LabelValue
{
    public static void ReadLabels(LineDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlMapping labels)
        {
            bag.Error(DiagnosticCode.WrongType, entry.Value.At, $"'labels' must be a mapping (name: text), not {entry.Value.Kind}");
            return;
        }

        var lines = new Dictionary<string, int>();
        foreach (var label in labels.Entries)
        {
            var name = label.Key.Value;
            if (!LabelName().IsMatch(name))
            {
                bag.Error(
                    DiagnosticCode.InvalidValue,
                    label.Key.At,
                    $"'{Quoted.Clip(name)}' is not a name for a label",
                    "letters, digits, _ and - ; a letter or _ first");
            }
            else if (!lines.TryAdd(name, label.Key.At.Line))
            {
                bag.Error(DiagnosticCode.DuplicateKey, label.Key.At, $"'{Quoted.Clip(name)}' is already set in line {lines[name]}");
            }
            else if (label.Value.IsNull)
            {
                bag.Error(DiagnosticCode.MissingKey, label.Key.At, $"'{Quoted.Clip(name)}' has no value", "an empty text is \"\"");
            }
            else if (ScalarValue.Text(label, bag, severalLines: true) is { } value)
            {
                rule.Labels.Add(new(name, value.Value));
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]*\z")]
    private static partial Regex LabelName();
}
