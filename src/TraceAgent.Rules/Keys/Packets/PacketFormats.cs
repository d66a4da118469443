using TraceAgent.Capture.Values;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Templates;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Packets;

/// <summary>The messages of a packet rule: its own templates, or the usual ones.</summary>
internal static class PacketFormats
{
    private const string UsualPackets = "{packets} packets ({bytes} bytes) from {source} on {interface}";
    private const string UsualDropped = "{source} on {interface} is dropped by {prefix}: {packets} packets ({bytes} bytes) so far";
    private const string UsualDryRun = "{source} on {interface} would be dropped by {prefix}: {packets} packets ({bytes} bytes) so far";

    private static readonly EventName[] Always =
    [
        new("packets", ValueForm.Integer),
        new("bytes", ValueForm.Integer),
        new("source", ValueForm.Text),
        new("interface", ValueForm.Text),
        new("rule", ValueForm.Text),
        new("time", ValueForm.Time),
    ];

    private static readonly Dictionary<string, EventName> NamesOfPackets = NamesWith(
        new("dropped", ValueForm.Integer), new("spared", ValueForm.Integer));
    private static readonly Dictionary<string, EventName> NamesOfDropped = NamesWith(new EventName("prefix", ValueForm.Text));

    public static KeyTable<PacketFormatDraft> Table { get; } = new(
        new Key<PacketFormatDraft>(
            "packets",
            "The message of a source in an interval, and of its totals at the end.",
            JsonSchema.String,
            (format, entry, bag) => format.Packets = ScalarValue.Text(entry, bag, severalLines: true)),
        new Key<PacketFormatDraft>(
            "dropped",
            "The message of a source that is dropped for the first time.",
            JsonSchema.String,
            (format, entry, bag) => format.Dropped = ScalarValue.Text(entry, bag, severalLines: true)));

    public static void Read(PacketDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        // `format: {packets} of them` is a YAML mapping with the key packets: then its value is nothing, and what was meant is text.
        if (entry.Value is YamlMapping mapping && mapping.Entries.Any(e => !e.Value.IsNull && Table.Keys.Any(k => k.Name == e.Key.Value)))
        {
            rule.Formats = new PacketFormatDraft();
            rule.Formats.Present = Table.Read("'format'", mapping, rule.Formats, bag);
        }
        else
        {
            rule.Format = ScalarValue.Text(entry, bag, severalLines: true);
        }
    }

    public static PacketMessages Finish(PacketDraft rule, DiagnosticBag bag)
    {
        if (rule.Formats?.Present.GetValueOrDefault("dropped") is { } useless && !rule.CanDeny)
        {
            bag.Error(DiagnosticCode.KeyConflict,
                useless.Key.At, "this rule denies nothing: it has no dropped events", "add 'deny' or 'deny_file'");
        }

        // One text is for what the rule is about.
        var counts = rule.Has("count");
        var packets = rule.Formats?.Packets ?? (counts ? rule.Format : null);
        var dropped = rule.Formats?.Dropped ?? (counts ? null : rule.Format);
        return new PacketMessages(
            Template(packets, UsualPackets, NamesOfPackets, name =>
                name == "prefix" ? "only dropped events know the prefix: write format: {packets: …, dropped: …}" : null, bag),
            Template(
                dropped, rule.DryRun ? UsualDryRun : UsualDropped, NamesOfDropped,
                name => name is "dropped" or "spared" ? "all packets of a dropped event are: use {packets}" : null, bag));
    }

    private static MessageTemplate Template(
        YamlScalar? own, string usual, Dictionary<string, EventName> names, Func<string, string?> explain, DiagnosticBag bag) =>
        MessageTemplateParser.Parse(
            own is null ? usual : own.Value.TrimEnd('\n'),
            names,
            explain,
            problem => bag.Error(problem.Code, own!.SpanOf(problem.Start, problem.Length), problem.Message, problem.Hint));

    private static Dictionary<string, EventName> NamesWith(params EventName[] more) => Always.Concat(more).ToDictionary(name => name.Name);
}
