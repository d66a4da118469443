using TraceAgent.Capture;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys.Drafts;

/// <summary>The part of a packet rule that has been read so far.</summary>
internal sealed class PacketDraft(string baseDirectory) : LineDraft
{
    public string BaseDirectory => baseDirectory;

    public Located<string>? Interface { get; set; }

    public FilterMode Mode { get; set; } = FilterMode.Auto;

    public CountDraft? Count { get; set; }

    public List<Located<IpPrefix>> Deny { get; } = [];

    public Located<string>? DenyFile { get; set; }

    public List<Located<IpPrefix>> Allow { get; } = [];

    public Located<string>? AllowFile { get; set; }

    public bool DryRun { get; set; }

    public bool AllowsUnsafe { get; set; }

    public int MaxSources { get; set; } = PacketRule.DefaultSources;

    /// <summary>One text for the event that the rule is about.</summary>
    public YamlScalar? Format { get; set; }

    /// <summary>The texts by event; null unless <c>format</c> is a mapping.</summary>
    public PacketFormatDraft? Formats { get; set; }

    public bool CanDeny => Has("deny") || Has("deny_file");
}

/// <summary>The part of <c>count</c> that has been read so far.</summary>
internal sealed class CountDraft
{
    public int Top { get; set; } = PacketCount.DefaultTop;

    public TimeSpan Every { get; set; } = PacketCount.DefaultEvery;
}

/// <summary>The part of <c>format: {packets: …, dropped: …}</c> that has been read so far.</summary>
internal sealed class PacketFormatDraft
{
    public IReadOnlyDictionary<string, YamlEntry> Present { get; set; } = new Dictionary<string, YamlEntry>();

    public YamlScalar? Packets { get; set; }

    public YamlScalar? Dropped { get; set; }
}
