using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Keys.Lines;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Packets;

/// <summary>The keys of a packet rule.</summary>
internal static class PacketKeys
{
    private static readonly Dictionary<string, FilterMode> Modes = new()
    {
        ["auto"] = FilterMode.Auto,
        ["native"] = FilterMode.Native,
        ["generic"] = FilterMode.Generic,
        ["offload"] = FilterMode.Offload,
    };

    private static readonly Dictionary<string, bool> Groupings = new() { ["source"] = true };

    private static readonly KeyTable<CountDraft> CountTable = new(
        new Key<CountDraft>(
            "by",
            "What packets are counted by: source, the address that they come from.",
            JsonSchema.Enum("source").Default("source"),
            (_, entry, bag) => ScalarValue.OneOf(entry, Groupings, bag)),
        new Key<CountDraft>(
            "top",
            "The number of sources, those with most packets, that have a line of their own; the others have one together. 1 to 1000; " +
                "20 without this key.",
            JsonSchema.Integer.Minimum(1).Maximum(PacketCount.MaxTop).Default(PacketCount.DefaultTop),
            (count, entry, bag) => count.Top = ScalarValue.Integer(entry, 1, PacketCount.MaxTop, bag) ?? count.Top),
        new Key<CountDraft>(
            "every",
            "The interval that a line is about: 10s, 1m, 1h; from 1s to 24h; 10s without this key.",
            LimitValues.IntervalSchema,
            (count, entry, bag) => count.Every = LimitValues.Interval(entry, bag) ?? count.Every));

    public static KeyTable<PacketDraft> Table { get; } = new(
        LineKeys.Name<PacketDraft>(),
        new Key<PacketDraft>(
            "interface",
            "The network interface that packets arrive at: its name, or a pattern of names, with * and ?. It may appear later.",
            InterfaceValue.Schema,
            (rule, entry, bag) => rule.Interface = InterfaceValue.Read(entry, bag))
        { Required = true },
        new Key<PacketDraft>(
            "mode",
            "How packets are seen: native, in the driver; generic, at the beginning of the network stack; offload, on the card; auto " +
                "(the default): native where the driver can, else generic.",
            JsonSchema.Enum("auto", "native", "generic", "offload").Default("auto"),
            (rule, entry, bag) => rule.Mode = ScalarValue.OneOf(entry, Modes, bag) ?? rule.Mode),
        new Key<PacketDraft>(
            "count",
            "Lines for the sources with most packets, at intervals: {by: source, top: 20, every: 10s}.",
            CountTable.Schema(),
            ReadCount),
        new Key<PacketDraft>(
            "deny",
            "Packets from these addresses are dropped: [203.0.113.7, 198.51.100.0/24, \"2001:db8::/32\"].",
            PrefixList.Schema,
            (rule, entry, bag) => PrefixList.Read(rule.Deny, entry, bag)),
        new Key<PacketDraft>(
            "deny_file",
            "A file with more addresses to deny, one a line; watched, so an edit takes effect. A relative path starts at the " +
                "folder of this file.",
            PrefixList.FileSchema,
            (rule, entry, bag) => rule.DenyFile = PrefixList.ReadPath(entry, rule.BaseDirectory, bag)),
        new Key<PacketDraft>(
            "allow",
            "Packets from these addresses pass, whatever is denied: the networks that you come from.",
            PrefixList.Schema,
            (rule, entry, bag) => PrefixList.Read(rule.Allow, entry, bag)),
        new Key<PacketDraft>(
            "allow_file",
            "A file with more addresses to allow, one a line, like deny_file.",
            PrefixList.FileSchema,
            (rule, entry, bag) => rule.AllowFile = PrefixList.ReadPath(entry, rule.BaseDirectory, bag)),
        new Key<PacketDraft>(
            "dry_run",
            "true drops nothing: what would be dropped is counted and reported.",
            JsonSchema.Boolean.Default(false),
            (rule, entry, bag) => rule.DryRun = ScalarValue.Boolean(entry, bag) ?? false),
        new Key<PacketDraft>(
            "unsafe",
            "true lets the rule deny every address there is: 0.0.0.0/0 and ::/0.",
            JsonSchema.Boolean.Default(false),
            (rule, entry, bag) => rule.AllowsUnsafe = ScalarValue.Boolean(entry, bag) ?? false),
        new Key<PacketDraft>(
            "max_sources",
            "The number of sources that are counted at once, 1024 to 4194304; 65536 without this key. Of more, those that were "
                + "silent longest are evicted, which is reported.",
            JsonSchema.Integer.Minimum(PacketRule.MinSources).Maximum(PacketRule.MaxSourcesLimit).Default(PacketRule.DefaultSources),
            (rule, entry, bag) => rule.MaxSources = ScalarValue.Integer(entry, PacketRule.MinSources, PacketRule.MaxSourcesLimit, bag)
                ?? rule.MaxSources),
        LineKeys.Ttl<PacketDraft>(),
        LineKeys.Output<PacketDraft>(),
        new Key<PacketDraft>(
            "format",
            "The message of the lines at intervals, or of dropped sources when the rule does not count: a Serilog message template such " +
                "as \"{packets} packets ({bytes} bytes) from {source}\"; or one for each: {packets: …, dropped: …}.",
            JsonSchema.AnyOf(JsonSchema.String, PacketFormats.Table.Schema()),
            PacketFormats.Read),
        LineKeys.Level<PacketDraft>(),
        LineKeys.Labels<PacketDraft>())
    {
        AtLeastOneOf = ["count", "deny", "deny_file"],
    };

    private static void ReadCount(PacketDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        rule.Count = new CountDraft();
        CountTable.Read("'count'", entry.Value, rule.Count, bag);
    }
}
