using System.Globalization;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Terminal;

namespace TraceAgent.Status;

/// <summary>Writes the packet rules of the status for people.</summary>
internal static class PacketTable
{
    private static readonly TextColumn[] Columns =
    [
        new("PACKETS OF"), new("STATE"), new("INTERFACE"),
        .. StatusTable.NumbersOf("PACKETS", "PASSED", "DROPPED", "SPARED", "DENIED", "ALLOWED", "EVICTED", "LINES", "LOST"),
    ];

    public static void Append(StringBuilder text, IReadOnlyList<PacketRuleStatus> rules)
    {
        if (rules.Count == 0)
        {
            return;
        }

        new TextTable(Columns) { Rows = rules.Select(RowOf) }.AppendTo(text);
        StatusTable.AppendReasons(text, rules.Select(rule => (rule.Rule, rule.Reason)));
    }

    /// <summary>Describes one packet rule in full.</summary>
    public static string Details(PacketRuleStatus rule)
    {
        var text = new StringBuilder();
        Line("rule", StatusTable.Clean(rule.Rule));
        Line("state", rule.Reason is null ? rule.State : $"{rule.State}: {StatusTable.Clean(rule.Reason)}");
        Line("place", StatusTable.PlaceOf(rule.File, rule.Line));
        Line("interface", StatusTable.Clean(rule.Interface ?? "-"));
        foreach (var one in rule.Interfaces)
        {
            Line("", string.Create(CultureInfo.InvariantCulture, $"{StatusTable.Clean(one.Name)} (index {one.Index}), {one.Mode}"));
        }

        Line("lists", $"{(rule.DryRun ? "dry run: would deny" : "denies")} {StatusTable.Number(rule.Denied)} and allows " +
            Plural.Grouped(rule.Allowed, "network"));
        Line("packets", $"{StatusTable.Number(rule.Packets)} = {StatusTable.Number(rule.Passed)} passed " +
            $"+ {StatusTable.Number(rule.Dropped)} dropped + {StatusTable.Number(rule.Spared)} spared + {StatusTable.Number(rule.NotIp)} " +
            $"not IP + {StatusTable.Number(rule.Malformed)} malformed");
        Line("bytes", StatusTable.Number(rule.Bytes));
        Line("evicted", $"{Plural.Grouped(rule.Evicted, "time")} a source was evicted for another one");
        Line("lines", $"{StatusTable.Number(rule.Logged)} logged, {StatusTable.Number(rule.Lost)} lost");
        return text.ToString();

        void Line(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name,-11}{value}\n");
    }

    private static string[] RowOf(PacketRuleStatus rule) =>
    [
        StatusTable.Clean(rule.Rule),
        rule.DryRun && rule.State == "attached" ? "dry run" : StatusTable.Clean(rule.State),
        rule.Interfaces.Count > 0
            ? StatusTable.Clean(string.Join(", ", rule.Interfaces.Select(one => $"{one.Name} ({one.Mode})")))
            : StatusTable.Clean(rule.Interface ?? "-"),
        StatusTable.Number(rule.Packets),
        StatusTable.Number(rule.Passed),
        StatusTable.Number(rule.Dropped),
        StatusTable.Number(rule.Spared),
        StatusTable.Number(rule.Denied),
        StatusTable.Number(rule.Allowed),
        StatusTable.Number(rule.Evicted),
        StatusTable.Number(rule.Logged),
        StatusTable.Number(rule.Lost),
    ];
}
