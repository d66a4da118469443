using TraceAgent.Rules.Keys;
using TraceAgent.Rules.Keys.Packets;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Files;

/// <summary>The JSON Schema (draft-07) of rule files, for editors: made from the tables that the reader itself uses.</summary>
public static class RuleSchema
{
    /// <summary>Writes UTF-8, indented, with a line end at the end.</summary>
    public static void Write(Stream output) =>
        KeySchema.WriteDocument(output, "rules.schema.json",
            "TraceAgent rules", FileKeys.Table.Schema(), ("rule", RuleKeys.Table.Schema()), ("packets", PacketKeys.Table.Schema()));
}
