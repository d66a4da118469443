using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys.Drafts;

/// <summary>
/// The keys that rules of every kind have: their name, how their lines look, how long they are active. A key that is present but
/// null here was wrong, and that is reported.
/// </summary>
internal abstract class LineDraft
{
    public IReadOnlyDictionary<string, YamlEntry> Present { get; set; } = new Dictionary<string, YamlEntry>();

    public Located<string>? Name { get; set; }

    public TimeSpan? Ttl { get; set; }

    public Located<string>? Output { get; set; }

    public EventLevel Level { get; set; } = EventLevel.Information;

    public List<KeyValuePair<string, string>> Labels { get; } = [];

    public bool Has(string key) => Present.ContainsKey(key);
}
