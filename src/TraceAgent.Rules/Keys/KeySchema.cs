using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceAgent.Rules.Keys;

/// <summary>Key tables as JSON Schema.</summary>
internal static class KeySchema
{
    /// <summary>The JSON Schema (draft-07) of the mapping that a table reads.</summary>
    public static string Schema<TDraft>(this KeyTable<TDraft> table)
    {
        var properties = table.Keys.Select(k =>
            $"{Text(k.Name)}:{{\"description\":{Text(k.Description)},{k.Schema.AsSpan(1)}");
        var required = table.Keys.Where(k => k.Required).Select(k => Text(k.Name));
        var choices = table.ExactlyOneOf.Select(n => $$"""{"required":[{{Text(n)}}]}""");
        return $$"""{"type":"object","additionalProperties":false"""
            + (required.Any() ? $",\"required\":[{string.Join(",", required)}]" : "")
            + (choices.Any() ? $",\"oneOf\":[{string.Join(",", choices)}]" : "")
            + $",\"properties\":{{{string.Join(",", properties)}}}}}";
    }

    private static string Text(string value) => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
