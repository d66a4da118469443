using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Captures;

/// <summary>Reads <c>redact</c>: names, patterns of names, and names that are no secrets.</summary>
internal static partial class RedactValue
{
    private static JsonSchema NamesSchema => JsonSchema.Array
        .Items(JsonSchema.String.Pattern("^[A-Za-z0-9_*]{1,64}$")).ExampleOfList("password", "token*");

    private static JsonSchema NotSchema => JsonSchema.Array.MinItems(1)
        .Items(JsonSchema.String.Pattern("^[A-Za-z0-9_.-]{1,64}$")).ExampleOfList("token_count");

    /// <summary>The keys of <c>redact: {names: …, not: …}</c>.</summary>
    private static KeyTable<RuleDraft> Table { get; } = new(
        new Key<RuleDraft>("names", "Names and patterns of values that no output may see.", NamesSchema, ReadNames),
        new Key<RuleDraft>(
            "not",
            "Names that are no secrets although they look like it; of values, and of keys inside texts such as token_count=5.",
            NotSchema,
            ReadNotSecret));

    public static JsonSchema Schema => JsonSchema.AnyOf(NamesSchema, JsonSchema.Empty.MinProperties(1).And(Table.Schema()));

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlMapping)
        {
            ReadNames(rule, entry, bag);
            return;
        }

        if (Table.Read("'redact'", entry.Value, rule, bag).Count == 0 && entry.Value is YamlMapping { Entries.Count: 0 })
        {
            bag.Error(DiagnosticCode.MissingKey, entry.Value.At, "'redact' needs 'names' or 'not'", "or write a list of names");
        }

        foreach (var name in rule.NotSecret.Where(name =>
            rule.Redact.Exists(other => other.Value.Equals(name.Value, StringComparison.OrdinalIgnoreCase))))
        {
            bag.Error(DiagnosticCode.KeyConflict, name.At, $"'{name.Value}' is redacted by 'names'", "it can be one of them, or no secret");
        }
    }

    private static void ReadNames(RuleDraft rule, YamlEntry entry, DiagnosticBag bag) => ReadList(
        rule.Redact, Form(), entry, bag, "letters, digits and _ ; * stands for any of them; \"*\" alone needs quotes");

    private static void ReadNotSecret(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        ReadList(rule.NotSecret, PlainForm(), entry, bag, "letters, digits, _ . and - ; a pattern would lift more than you see");
    }

    private static void ReadList(List<Located<string>> names, Regex form, YamlEntry entry, DiagnosticBag bag, string hint)
    {
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(
                DiagnosticCode.WrongType,
                entry.Value.At,
                $"'{entry.Key.Value}' must be a list of names, not {entry.Value.Kind}",
                "write [name, \"pattern*\"]");
            return;
        }

        foreach (var item in list.Items)
        {
            if (item is YamlScalar { IsNull: false } name && form.IsMatch(name.Value))
            {
                names.Add(new Located<string>(name.Value, name.At));
            }
            else
            {
                bag.Error(DiagnosticCode.InvalidValue, item.At, "this is no name of a value", hint);
            }
        }
    }

    /// <summary>The names of <c>redact</c>, with the names of the arguments that it calls by their other names.</summary>
    public static EquatableArray<string> WithAliases(RuleDraft rule, EquatableArray<string> notSecret)
    {
        var patterns = rule.Redact.Select(name => name.Value).ToList();
        var (arguments, written) = (rule.Arguments ?? [], new Redaction(patterns.ToEquatableArray(), notSecret));
        var called = arguments.Where(
            a => !written.Applies(a.Name) && written.Applies(a.Alias) && arguments.All(other => other.Name != a.Alias));
        return patterns.Concat(called.Select(a => a.Name)).ToEquatableArray();
    }

    /// <summary>The names of <c>not</c>, with the names of the arguments that it calls by their other names.</summary>
    public static EquatableArray<string> NotSecret(RuleDraft rule)
    {
        var names = rule.NotSecret.Select(name => name.Value).ToList();
        var arguments = rule.Arguments ?? [];
        var called = arguments.Where(a => names.Contains(a.Alias) && arguments.All(other => other.Name != a.Alias));
        return names.Concat(called.Select(a => a.Name)).ToEquatableArray();
    }

    /// <summary>
    /// Warns of names that redact nothing: what was meant to be hidden would be logged. Patterns may be of more rules than one.
    /// </summary>
    public static void WarnOfUnknown(RuleDraft rule, DiagnosticBag bag)
    {
        if (rule.HasAutomaticArguments)
        {
            // The names are known when the binary is.
            return;
        }

        var known = (rule.Arguments ?? []).SelectMany(argument => new[] { argument.Name, argument.Alias })
            .Concat((rule.Results ?? []).Select(result => result.Name)).Concat(rule.Captures.Select(capture => capture.Key.Value)).ToList();
        foreach (var name in rule.Redact.Where(name =>
            !name.Value.Contains('*') && !SecretNames.IsSecret(name.Value) && !ValueName.Taken.Contains(name.Value)))
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

    /// <summary>Warns of names that would not be redacted anyway: what was meant has another one.</summary>
    public static void WarnOfNeedless(RuleDraft rule, DiagnosticBag bag)
    {
        var redaction = new Redaction(rule.Redact.Select(name => name.Value).ToEquatableArray());
        foreach (var name in rule.NotSecret)
        {
            if (!redaction.Applies(name.Value)
                && !(rule.Arguments ?? []).Any(argument => argument.Alias == name.Value && redaction.Applies(argument.Name)))
            {
                bag.Add(new Diagnostic(
                    Severity.Warning, DiagnosticCode.NotRedacted, name.At, $"'{name.Value}' would not be redacted anyway", "leave it out"));
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_*]{1,64}\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,64}\z")]
    private static partial Regex PlainForm();
}
