using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Yaml.Keys;

/// <summary>One key of a mapping: its name, how it is explained and checked in an editor, and how it is read.</summary>
/// <param name="Name">The name as it is written.</param>
/// <param name="Description">The description for people, shown by editors.</param>
/// <param name="Schema">The JSON Schema (draft-07) of the value, without a description.</param>
/// <param name="Read">Puts the value into the draft, or reports why it cannot. The value is never null.</param>
public sealed record Key<TDraft>(string Name, string Description, JsonSchema Schema, Action<TDraft, YamlEntry, DiagnosticBag> Read)
{
    public bool Required { get; init; }
}
