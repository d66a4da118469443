using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The JSON Schema (draft-07) of the agent configuration, for editors: made from the tables that the reader itself uses.</summary>
internal static class AgentSchema
{
    /// <summary>Writes UTF-8, indented, with a line end at the end.</summary>
    public static void Write(Stream output) => KeySchema.WriteDocument(
        output,
        "agent.schema.json",
        "TraceAgent's own configuration",
        AgentKeys.Table.Schema(),
        ("output", OutputKeys.Table.Schema()),
        ("file", OutputKeys.File.Schema()),
        ("console", OutputKeys.Console.Schema()),
        ("otlp", OtlpKeys.Table.Schema()),
        ("roll", OutputKeys.Roll.Schema()),
        ("defaults", DefaultKeys.Table.Schema()),
        ("binaries", JsonSchema.Empty.MinProperties(1).And(BinaryKeys.Table.Schema())),
        ("debug_info", JsonSchema.Empty.MinProperties(1).And(DebugInfoKeys.Table.Schema())),
        ("metrics", JsonSchema.Empty.MinProperties(1).And(MetricsKeys.Table.Schema())));
}
