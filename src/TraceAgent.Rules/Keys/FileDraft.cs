using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys;

/// <summary>What has been read of a file so far.</summary>
internal sealed class FileDraft(string baseDirectory)
{
    public string BaseDirectory => baseDirectory;

    public List<Rule> Rules { get; } = [];

    /// <summary>What can be told of rules with errors: see <see cref="RuleFile.Places"/>.</summary>
    public List<Rule> Places { get; } = [];

    public List<PacketRule> Packets { get; } = [];

    /// <summary>How many rules were read, with errors or without.</summary>
    public int Entries { get; set; }

    /// <summary>Every readable name in the file, also of rules with errors; each once.</summary>
    public List<Located<string>> Names { get; } = [];

    /// <summary>Those of them that are packet rules.</summary>
    public HashSet<string> PacketNames { get; } = [];

    /// <summary>The names by themselves, for looking them up.</summary>
    public Dictionary<string, SourceSpan> FirstUses { get; } = [];
}
