using System.Text.Encodings.Web;
using System.Text.Json;
using TraceAgent.Rules.Keys;

namespace TraceAgent.Rules;

/// <summary>The JSON Schema (draft-07) of rule files, for editors: made from the tables that the reader itself uses.</summary>
public static class RuleSchema
{
    /// <summary>Writes UTF-8, indented, with a line end at the end.</summary>
    public static void Write(Stream output)
    {
        var file = FileKeys.Table.Schema();
        using var schema = JsonDocument.Parse(
            """{"$schema":"http://json-schema.org/draft-07/schema#","$id":"rules.schema.json","title":"TraceAgent rules",""" +
            $$$"""{{{file[1..^1]}}},"definitions":{"rule":{{{RuleKeys.Table.Schema()}}}}}""");
        using (var writer = new Utf8JsonWriter(output, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            schema.WriteTo(writer);
        }

        output.Write("\n"u8);
    }
}
