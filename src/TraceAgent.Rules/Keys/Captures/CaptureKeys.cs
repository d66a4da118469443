using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Captures;

/// <summary>Reads <c>capture</c>: names with expressions, or with <c>{value: …, type: …}</c>.</summary>
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

    public static JsonSchema Schema => JsonSchema.Object.MinProperties(1)
        .MaxProperties(MaxCaptures)
        .PatternProperties(ValueName.Pattern, JsonSchema.AnyOf(ExpressionSchema, Table.Schema()))
        .NoOtherProperties();

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlMapping captures)
        {
            bag.Error(DiagnosticCode.WrongType, entry.Value.At, $"'capture' must be a mapping (name: expression), not {entry.Value.Kind}");
            return;
        }

        if (captures.Entries.Count is 0 or > MaxCaptures)
        {
            bag.Error(
                DiagnosticCode.InvalidValue, captures.At, $"'capture' must have 1 to {MaxCaptures} values, not {captures.Entries.Count}");
            return;
        }

        foreach (var capture in captures.Entries)
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
    }

    /// <summary>Reads an expression, which may stand on several lines.</summary>
    public static YamlScalar? Text(YamlEntry entry, DiagnosticBag bag) => ScalarValue.Text(entry, bag, severalLines: true);
}
