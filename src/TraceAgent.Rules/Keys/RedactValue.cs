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
                rule.Redact.Add(new Located<string>(name.Value, name.At));
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
        var patterns = rule.Redact.Select(name => name.Value).ToList();
        var (arguments, written) = (rule.Arguments ?? [], new Redaction(patterns.ToEquatableArray()));
        var called = arguments.Where(a => !written.Applies(a.Name) && written.Applies(a.Alias) && arguments.All(other => other.Name != a.Alias));
        return patterns.Concat(called.Select(a => a.Name)).ToEquatableArray();
    }

    /// <summary>Warns of names that redact nothing: what was meant to be hidden would be logged. Patterns may be of more rules than one.</summary>
    public static void WarnOfUnknown(RuleDraft rule, DiagnosticBag bag)
    {
        var known = (rule.Arguments ?? []).SelectMany(argument => new[] { argument.Name, argument.Alias })
            .Concat((rule.Results ?? []).Select(result => result.Name)).Concat(rule.Captures.Select(capture => capture.Key.Value)).ToList();
        foreach (var name in rule.Redact.Where(name => !name.Value.Contains('*') && !Redaction.IsSensitive(name.Value) && !ValueName.Taken.Contains(name.Value)))
        {
            if (!known.Contains(name.Value, StringComparer.OrdinalIgnoreCase))
            {
                var nearest = Suggestion.Nearest(name.Value, known);
                bag.Add(new Diagnostic(
                    Severity.Warning,
                    DiagnosticCode.UnknownValue,
                    name.At,
                    $"the rule has no value '{name.Value}' to redact",
                    nearest is null ? "what it does not name is logged" : $"did you mean '{nearest}'?"));
            }
        }
    }

    /// <summary>Something would tell of the redacted value <paramref name="name"/>.</summary>
    public static void Report(DiagnosticBag bag, SourceSpan at, string name, string message) => bag.Error(
        DiagnosticCode.RedactedValue,
        at,
        message,
        Redaction.IsSensitive(name) ? "names like this are always redacted: call the argument something else when it is no secret" : "see 'redact'");

    public static string Reveals(string owner, string name) => $"'{owner}' would show something of '{name}', which is redacted";

    [GeneratedRegex(@"^[A-Za-z0-9_*]{1,64}\z")]
    private static partial Regex Form();
}
