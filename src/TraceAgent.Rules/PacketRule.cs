using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules;

/// <summary>One entry of <c>packets:</c> as it was read, before anything is known of the interfaces.</summary>
/// <param name="Name">The name, unique over all files and both kinds of rules.</param>
/// <param name="Interface">A name, or a pattern of names with <c>*</c> and <c>?</c>.</param>
/// <param name="Messages">The messages of its lines.</param>
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

    /// <summary>The number of sources that are counted at once by a rule that does not say so.</summary>
    public const int DefaultSources = 65_536;

    /// <summary>The way in which the program gets to the interface.</summary>
    public FilterMode Mode { get; init; } = FilterMode.Auto;

    /// <summary>The lines about sources at intervals; null for none.</summary>
    public PacketCount? Count { get; init; }

    /// <summary>The sources whose packets are dropped, unless <see cref="Allow"/> or its file has them too.</summary>
    public EquatableArray<IpPrefix> Deny { get; init; }

    /// <summary>The absolute path of a file with more of <see cref="Deny"/>, one a line. Null for none.</summary>
    public Located<string>? DenyFile { get; init; }

    /// <summary>The sources whose packets pass.</summary>
    public EquatableArray<IpPrefix> Allow { get; init; }

    /// <summary>The absolute path of a file with more of <see cref="Allow"/>, one a line. Null for none.</summary>
    public Located<string>? AllowFile { get; init; }

    /// <summary>True for a dry run: nothing is dropped, but what would be is counted and reported.</summary>
    public bool DryRun { get; init; }

    /// <summary>True when every address there is may be denied.</summary>
    public bool AllowsUnsafe { get; init; }

    /// <summary>The number of sources that are counted at once; when there are more, those that were silent longest are evicted.</summary>
    public int MaxSources { get; init; } = DefaultSources;

    /// <summary>The time for which the rule is active; null for the agent's default, <see cref="Rule.NoTtl"/> for ever.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The name of the one output that takes the lines; null for all outputs.</summary>
    public Located<string>? Output { get; init; }

    /// <summary>True when there can be anything to deny.</summary>
    public bool Denies => Deny.Count > 0 || DenyFile is not null;
}

/// <summary>The content of <c>count:</c>.</summary>
/// <param name="Top">The number of sources that have a line of their own, 1 to 1,000; the others have one together.</param>
/// <param name="Every">The interval.</param>
public sealed record PacketCount(int Top, TimeSpan Every)
{
    public const int DefaultTop = 20;

    public const int MaxTop = 1000;

    public static TimeSpan DefaultEvery => TimeSpan.FromSeconds(10);

    public static PacketCount Default => new(DefaultTop, DefaultEvery);
}

/// <summary>The messages of a packet rule.</summary>
/// <param name="Packets">The message about a source in an interval, and about its totals.</param>
/// <param name="Dropped">The message about a source that is dropped for the first time.</param>
public sealed record PacketMessages(MessageTemplate Packets, MessageTemplate Dropped);

/// <summary>The way in which a program gets to an interface.</summary>
public enum FilterMode
{
    /// <summary>Runs the program in the driver where that can, else at the beginning of the network stack.</summary>
    Auto,

    /// <summary>Runs the program in the driver.</summary>
    Native,

    /// <summary>Runs the program at the beginning of the kernel's network stack.</summary>
    Generic,

    /// <summary>Runs the program on the card itself.</summary>
    Offload,
}
