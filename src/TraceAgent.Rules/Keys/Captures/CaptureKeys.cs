using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Templates;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Captures;

/// <summary>
/// Reads <c>capture</c>: names with expressions, or with <c>{value: …, type: …}</c>; or a list of values and of these.
/// </summary>
internal static class CaptureKeys
{
    private const int MaxCaptures = 32;

    private static readonly KeyTable<CaptureDraft> Table = new(
        new Key<CaptureDraft>(
            "value",
            "The expression.",
            ExpressionSchema,
            (capture, entry, bag) => capture.Expression = Text(entry, bag))
        { Required = true },
        new Key<CaptureDraft>(
            "type",
            "How the value is read and shown; without it the expression decides.",
            TypeText.Schema,
            (capture, entry, bag) => capture.Type = TypeValue.Read(entry, bag)),
        AtValue.Key<CaptureDraft>((capture, at) => capture.AtReturn = at));

    /// <summary>JSON Schema (draft-07) of an expression: <c>1</c> and <c>true</c> are no texts to YAML.</summary>
    public static JsonSchema ExpressionSchema => JsonSchema.Scalar.MinLength(1).MaxLength(4096);

    public static JsonSchema Schema => JsonSchema.AnyOf(
        Named(MaxCaptures),
        JsonSchema.Array.MinItems(1).MaxItems(MaxCaptures).Items(JsonSchema.AnyOf(
            JsonSchema.Enum([.. Groups.Keys]), JsonSchema.String.Pattern(TemplatePath.Pattern), Named(1))));

    private static readonly Dictionary<string, VariableGroups> Groups = new()
    {
        ["$args"] = VariableGroups.Arguments,
        ["$locals"] = VariableGroups.Locals,
    };

    private static JsonSchema Named(int max) => JsonSchema.Object.MinProperties(1)
        .MaxProperties(max)
        .PatternProperties(ValueName.Pattern, JsonSchema.AnyOf(ExpressionSchema, Table.Schema()))
        .NoOtherProperties();

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        var count = (entry.Value as YamlMapping)?.Entries.Count ?? (entry.Value as YamlSequence)?.Items.Count;
        if (count is null)
        {
            bag.Error(
                DiagnosticCode.WrongType, entry.Value.At,
                $"'capture' must be a mapping (name: expression) or a list, not {entry.Value.Kind}");
            return;
        }

        if (count is 0 or > MaxCaptures)
        {
            bag.Error(
                DiagnosticCode.InvalidValue, entry.Value.At, $"'capture' must have 1 to {MaxCaptures} values, not {count}");
            return;
        }

        foreach (var capture in entry.Value is YamlMapping captures ? captures.Entries : [])
        {
            ReadNamed(rule, capture, bag);
        }

        foreach (var item in (entry.Value as YamlSequence)?.Items ?? [])
        {
            ReadItem(rule, item, bag);
        }
    }

    private static void ReadItem(RuleDraft rule, YamlNode item, DiagnosticBag bag)
    {
        if (item is YamlMapping { Entries: [var named] })
        {
            ReadNamed(rule, named, bag);
        }
        else if (item is YamlScalar { IsNull: false } text && Groups.TryGetValue(text.Value, out var group))
        {
            rule.Groups.Add(new Located<VariableGroups>(group, text.At));
        }
        else if (item is YamlScalar { IsNull: false } path && TemplatePath.NameOf(path.Value) is { } name)
        {
            rule.Captures.Add((path with { Value = name }, new UnparsedCapture(name, path, null, null)));
        }
        else
        {
            bag.Error(
                DiagnosticCode.InvalidValue, item.At,
                "an item of 'capture' is a value such as req->user->name, {name: expression}, $args or $locals",
                "arithmetic needs a name: {cents: \"base + bonus\"}");
        }
    }

    private static void ReadNamed(RuleDraft rule, YamlEntry capture, DiagnosticBag bag)
    {
        var draft = new CaptureDraft();
        if (capture.Value.IsNull)
        {
            bag.Error(DiagnosticCode.MissingKey, capture.Key.At, $"'{Quoted.Clip(capture.Key.Value)}' has no value");
        }
        else if (capture.Value is YamlMapping mapping)
        {
            Table.Read($"'{Quoted.Clip(capture.Key.Value)}'", mapping, draft, bag);
        }
        else
        {
            draft.Expression = Text(capture, bag);
        }

        if (draft.Expression is { } expression)
        {
            rule.Captures.Add((capture.Key, new UnparsedCapture(capture.Key.Value, expression, draft.Type?.Spec, draft.Type?.Source)
            {
                AtReturn = draft.AtReturn,
            }));
        }
    }

    /// <summary>Reads an expression, which may stand on several lines.</summary>
    public static YamlScalar? Text(YamlEntry entry, DiagnosticBag bag) => ScalarValue.Text(entry, bag, severalLines: true);
}
