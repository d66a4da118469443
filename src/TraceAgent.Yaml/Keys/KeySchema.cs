using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceAgent.Yaml.Keys;

/// <summary>Writes key tables as JSON Schema.</summary>
public static class KeySchema
{
    /// <summary>The JSON Schema (draft-07) of the mapping that a table reads.</summary>
    public static string Schema<TDraft>(this KeyTable<TDraft> table)
    {
        var properties = table.Keys.Select(k =>
            $"{Text(k.Name)}:{{\"description\":{Text(k.Description)},{k.Schema.AsSpan(1)}");
        var required = table.Keys.Where(k => k.Required).Select(k => Text(k.Name));
        var needs = table.AtLeastOneOf.Select(n => $$"""{"required":[{{Text(n)}}]}""");
        var choices = table.ExactlyOneOf.Select(n => $$"""{"required":[{{Text(n)}}]}""");
        return $$"""{"type":"object","additionalProperties":false"""
            + (required.Any() ? $",\"required\":[{string.Join(",", required)}]" : "")
            + (needs.Any() ? $",\"anyOf\":[{string.Join(",", needs)}]" : "")
            + (choices.Any() ? $",\"oneOf\":[{string.Join(",", choices)}]" : "")
            + (table.Demands.Count > 0 ? $",\"allOf\":[{string.Join(",", table.Demands)}]" : "")
            + $",\"properties\":{{{string.Join(",", properties)}}}}}";
    }

    /// <summary>Writes a whole schema document: UTF-8, indented, with a line end at the end.</summary>
    /// <param name="output">The stream to write to.</param>
    /// <param name="id">The file's name.</param>
    /// <param name="title">The title for people.</param>
    /// <param name="root">The schema of the document itself, as <see cref="Schema"/> makes it.</param>
    /// <param name="definitions">The schemas that <c>#/definitions/</c> in it lead to.</param>
    public static void WriteDocument(Stream output, string id, string title, string root, params (string Name, string Schema)[] definitions)
    {
        using var schema = JsonDocument.Parse(
            $$"""{"$schema":"http://json-schema.org/draft-07/schema#","$id":{{Text(id)}},"title":{{Text(title)}},{{root[1..^1]}}"""
            + $",\"definitions\":{{{string.Join(",", definitions.Select(one => $"{Text(one.Name)}:{one.Schema}"))}}}}}");
        using (var writer = new Utf8JsonWriter(
            output, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            schema.WriteTo(writer);
        }

        output.Write("\n"u8);
    }

    private static string Text(string value) => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
