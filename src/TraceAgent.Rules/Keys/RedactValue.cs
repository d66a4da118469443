using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Rules.Yaml;

namespace TraceAgent.Rules.Keys;

/// <summary>Reads <c>redact</c>: names, and patterns of names.</summary>
internal static partial class RedactValue
{
    public const string Schema = """{"type":"array","items":{"type":"string","pattern":"^[A-Za-z0-9_*]{1,64}$"},"examples":[["password","token*"]]}""";

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(DiagnosticCode.WrongType, entry.Value.At, $"'redact' must be a list of names, not {entry.Value.Kind}", "write [name, \"pattern*\"]");
            return;
        }

        foreach (var item in list.Items)
        {
            if (item is YamlScalar { IsNull: false } name && Form().IsMatch(name.Value))
            {
                rule.Redact.Add(name.Value);
            }
            else
            {
                bag.Error(DiagnosticCode.InvalidValue, item.At, "this is no name of a value", "letters, digits and _ ; * stands for any of them; \"*\" alone needs quotes");
            }
        }
    }

    /// <summary>What <c>redact</c> says, with the names of the arguments that it calls by their other names.</summary>
    public static EquatableArray<string> WithAliases(RuleDraft rule)
    {
        var (arguments, written) = (rule.Arguments ?? [], new Redaction(rule.Redact.ToEquatableArray()));
        var called = arguments.Where(a => !written.Applies(a.Name) && written.Applies(a.Alias) && arguments.All(other => other.Name != a.Alias));
        return rule.Redact.Concat(called.Select(a => a.Name)).ToEquatableArray();
    }

    [GeneratedRegex(@"^[A-Za-z0-9_*]{1,64}\z")]
    private static partial Regex Form();
}
