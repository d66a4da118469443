using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys.Drafts;

/// <summary>The part of a file that has been read so far.</summary>
internal sealed class FileDraft(string baseDirectory)
{
    public string BaseDirectory => baseDirectory;

    public List<Rule> Rules { get; } = [];

    /// <summary>The places of rules with errors: see <c>RuleFile.Places</c>.</summary>
    public List<Rule> Places { get; } = [];

    public List<PacketRule> Packets { get; } = [];

    /// <summary>The number of rules that were read, with errors or without.</summary>
    public int Entries { get; set; }

    /// <summary>Every readable name in the file, also of rules with errors; each once.</summary>
    public List<Located<string>> Names { get; } = [];

    /// <summary>The names of packet rules.</summary>
    public HashSet<string> PacketNames { get; } = [];

    /// <summary>The names with their positions, for looking them up.</summary>
    public Dictionary<string, SourceSpan> FirstUses { get; } = [];
}
