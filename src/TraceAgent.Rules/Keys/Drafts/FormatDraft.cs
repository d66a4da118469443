using TraceAgent.Capture.Plans;
using TraceAgent.Yaml;

namespace TraceAgent.Rules.Keys.Drafts;

/// <summary>The draft of <c>format: {entry: …, return: …}</c>.</summary>
internal sealed class FormatDraft
{
    public Dictionary<EventKind, YamlScalar> Texts { get; } = [];

    public IReadOnlyDictionary<string, YamlEntry> Present { get; set; } = new Dictionary<string, YamlEntry>();
}
