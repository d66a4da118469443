using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceAgent.Yaml.Keys;

/// <summary>Writes key tables as JSON Schema.</summary>
public static class KeySchema
{
    /// <summary>The JSON Schema (draft-07) of the mapping that a table reads.</summary>
    public static JsonSchema Schema<TDraft>(this KeyTable<TDraft> table)
    {
        var schema = JsonSchema.Object.NoOtherProperties();
        var required = table.Keys.Where(key => key.Required).Select(key => key.Name).ToList();
        if (required.Count > 0)
        {
            schema = schema.Required(required);
        }

        if (table.AtLeastOneOf.Count > 0)
        {
            schema = schema.And(JsonSchema.AnyOf(table.AtLeastOneOf.Select(name => JsonSchema.Empty.Required(name))));
        }

        if (table.TakesExtensions)
        {
            schema = schema.PatternProperties("^x-", JsonSchema.Empty);
        }

        if (table.ExactlyOneOf.Count > 0)
        {
            schema = schema.And(JsonSchema.OneOf(table.ExactlyOneOf.Select(name => JsonSchema.Empty.Required(name))));
        }

        if (table.Demands.Count > 0)
        {
            schema = schema.AllOf(table.Demands);
        }

        return schema.Properties(table.Keys.Select(key => (key.Name, JsonSchema.Empty.Description(key.Description).And(key.Schema))));
    }

    /// <summary>Writes a whole schema document: UTF-8, indented, with a line end at the end.</summary>
    /// <param name="output">The stream to write to.</param>
    /// <param name="id">The file's name.</param>
    /// <param name="title">The title for people.</param>
    /// <param name="root">The schema of the document itself, as <see cref="Schema"/> makes it.</param>
    /// <param name="definitions">The schemas that <c>#/definitions/</c> in it lead to.</param>
    public static void WriteDocument(
        Stream output, string id, string title, JsonSchema root, params (string Name, JsonSchema Schema)[] definitions)
    {
        var document = JsonSchema.Empty
            .With("$schema", "\"http://json-schema.org/draft-07/schema#\"")
            .With("$id", JsonSchema.Quote(id))
            .Title(title)
            .And(root)
            .Definitions(definitions);
        using var schema = JsonDocument.Parse(document.Json);
        using (var writer = new Utf8JsonWriter(
            output, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            schema.WriteTo(writer);
        }

        output.Write("\n"u8);
    }
}
