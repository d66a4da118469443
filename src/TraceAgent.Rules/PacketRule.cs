using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules;

/// <summary>What one entry of <c>packets:</c> asks for, before anything is known of the interfaces.</summary>
/// <param name="Name">Unique over all files and both kinds of rules.</param>
/// <param name="Interface">A name, or a pattern of names with <c>*</c> and <c>?</c>.</param>
/// <param name="Messages">How its lines read.</param>
/// <param name="Level">Severity of the lines.</param>
/// <param name="Labels">Constant properties, in the order of the file.</param>
public sealed record PacketRule(
    Located<string> Name,
    Located<string> Interface,
    PacketMessages Messages,
    EventLevel Level,
    EquatableArray<KeyValuePair<string, string>> Labels)
{
    public const int MinSources = 1024;

    public const int MaxSourcesLimit = 4_194_304;

    /// <summary>So many sources are remembered at once by a rule that does not say so.</summary>
    public const int DefaultSources = 65_536;

    /// <summary>How the program gets to the interface.</summary>
    public FilterMode Mode { get; init; } = FilterMode.Auto;

    /// <summary>Null when sources are not told at intervals.</summary>
    public PacketCount? Count { get; init; }

    /// <summary>Packets from there are dropped, unless <see cref="Allow"/> or its file has them too.</summary>
    public EquatableArray<IpPrefix> Deny { get; init; }

    /// <summary>More of <see cref="Deny"/>, one a line: an absolute path. Null for none.</summary>
    public Located<string>? DenyFile { get; init; }

    /// <summary>Packets from there pass.</summary>
    public EquatableArray<IpPrefix> Allow { get; init; }

    /// <summary>More of <see cref="Allow"/>, one a line: an absolute path. Null for none.</summary>
    public Located<string>? AllowFile { get; init; }

    /// <summary>Nothing is dropped: what would be is counted and told.</summary>
    public bool DryRun { get; init; }

    /// <summary>Every address there is may be denied.</summary>
    public bool AllowsUnsafe { get; init; }

    /// <summary>So many sources are remembered at once; of more, those that were silent longest are forgotten.</summary>
    public int MaxSources { get; init; } = DefaultSources;

    /// <summary>How long the rule lives; null for the agent's default, <see cref="Rule.NoTtl"/> for ever.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The name of the one output that takes the lines; null for all outputs.</summary>
    public Located<string>? Output { get; init; }

    /// <summary>Whether there can be anything to deny.</summary>
    public bool Denies => Deny.Count > 0 || DenyFile is not null;
}

/// <summary>What <c>count:</c> says.</summary>
/// <param name="Top">So many sources have a line of their own, 1 to 1,000; the others have one together.</param>
/// <param name="Every">The interval.</param>
public sealed record PacketCount(int Top, TimeSpan Every)
{
    public const int DefaultTop = 20;

    public const int MaxTop = 1000;

    public static TimeSpan DefaultEvery => TimeSpan.FromSeconds(10);

    public static PacketCount Default => new(DefaultTop, DefaultEvery);
}

/// <summary>The messages of a packet rule.</summary>
/// <param name="Packets">Of a source in an interval, and of its totals.</param>
/// <param name="Dropped">Of a source that is dropped for the first time.</param>
public sealed record PacketMessages(MessageTemplate Packets, MessageTemplate Dropped);

/// <summary>How a program gets to an interface.</summary>
public enum FilterMode
{
    /// <summary>In the driver where that can, else before the network stack.</summary>
    Auto,

    /// <summary>In the driver.</summary>
    Native,

    /// <summary>In the kernel's network stack, at its beginning.</summary>
    Generic,

    /// <summary>On the card itself.</summary>
    Offload,
}
