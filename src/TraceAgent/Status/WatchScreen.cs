using System.Globalization;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Terminal;

namespace TraceAgent.Status;

/// <summary>Two looks at an agent.</summary>
/// <param name="Status">The latest.</param>
/// <param name="Before">The one before; null for none.</param>
/// <param name="Elapsed">The time in between.</param>
internal sealed record WatchedStatus(AgentStatus Status, AgentStatus? Before, TimeSpan Elapsed);

/// <summary>Draws what <c>status --watch</c> shows on a terminal: what the rules do now, rather than what they have done in all.</summary>
internal static class WatchScreen
{
    private const int BarWidth = 10;
    private const int HistogramWidth = 24;

    /// <summary>The share of a budget, in percent, above which a rule is shown as one that may be suspended soon.</summary>
    private const double NearBudget = 80;

    private const string Red = "\e[31m";
    private const string Yellow = "\e[33m";
    private const string Plain = "\e[m";

    private static readonly TextColumn[] Columns =
    [
        new("RULE"), new("STATE"), .. StatusTable.NumbersOf("CALLS/s", "LINES/s", "LOST/s", "LOST", "COST"), new("OF ITS BUDGET"),
        .. StatusTable.NumbersOf("MEDIAN", "99 %"), new("DURATIONS"),
    ];

    /// <summary>Draws the whole screen; its lines are no longer than the terminal is wide, and no more than it is high.</summary>
    /// <param name="watched">The looks at the agent.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="size">The size of the terminal.</param>
    /// <param name="colours">True to show what needs attention in colour.</param>
    public static IReadOnlyList<string> Of(WatchedStatus watched, DateTime now, (int Columns, int Rows) size, bool colours)
    {
        var status = StatusTable.WithoutGone(watched.Status);
        var head = new StringBuilder();
        StatusTable.AppendHead(head, status, now);
        var tail = new StringBuilder();
        PacketTable.Append(tail, status.Packets);
        StatusTable.AppendNotes(tail, status);
        var notes = LinesOf(tail).Take(Math.Max(1, size.Rows / 3)).ToList();

        // Heads, the line about rules that have no room, and the last line.
        var room = Math.Max(1, size.Rows - notes.Count - 4);
        var before = watched.Before?.Rules.ToDictionary(rule => rule.Rule) ?? [];
        var rows = status.Rules.Select(rule => (
            Rule: rule,
            Rates: watched.Before is null ? null : RuleRates.Between(before.GetValueOrDefault(rule.Rule), rule, watched.Elapsed)));
        var shown = (status.Rules.Count > room ? rows.OrderByDescending(row => row.Rule.CostPercent ?? -1) : rows).Take(room).ToList();
        var table = new StringBuilder();
        new TextTable(Columns) { Rows = shown.Select(row => CellsOf(row.Rule, row.Rates)) }.AppendTo(table);
        var tableLines = LinesOf(table).Select(line => Cut(line, size.Columns)).ToList();
        return
        [
            .. LinesOf(head).Select(line => Cut(line, size.Columns)),
            tableLines[0],
            .. shown.Zip(
                tableLines.Skip(1),
                (row, line) => colours && ColourOf(row.Rule, row.Rates) is { } colour ? colour + line + Plain : line),
            .. Enumerable.Repeat("…", Math.Min(1, status.Rules.Count - shown.Count)).Select(
                more => $"{more} {Plural.Of(status.Rules.Count - shown.Count, "more rule")}, which cost less"),
            .. notes.Select(line => Cut(line, size.Columns)),
        ];
    }

    private static string[] CellsOf(RuleStatus rule, RuleRates? rates) =>
    [
        StatusTable.Clean(rule.Rule),
        StatusTable.Clean(rule.State),
        rates is null ? "-" : Rate(rates.Calls),
        rates is null ? "-" : Rate(rates.Logged),
        rates is null ? "-" : Rate(rates.Lost),
        StatusTable.Number(rule.Lost),
        rule.CostPercent is { } percent ? StatusTable.Percent(percent) : "-",
        ShareOf(rule) is { } share ? $"{Bar(share)} {share.ToString("0", CultureInfo.InvariantCulture),3} %" : "",
        rates?.Latency is { } median ? LatencyChart.Time(LatencyChart.Bound(median, 0.5)) : "-",
        rates?.Latency is { } latency ? LatencyChart.Time(LatencyChart.Bound(latency, 0.99)) : "-",
        rates?.Latency is { } durations ? LatencyChart.Line(durations, HistogramWidth) : "",
    ];

    /// <summary>The cost in percent of the budget; null without a budget.</summary>
    private static double? ShareOf(RuleStatus rule) =>
        rule is { CostPercent: { } cost, BudgetPercent: > 0 and var budget } ? 100 * cost / budget : null;

    private static string Bar(double share)
    {
        var filled = (int)Math.Clamp(Math.Ceiling(share * BarWidth / 100), 0, BarWidth);
        return new string('█', filled) + new string('░', BarWidth - filled);
    }

    private static string Rate(double perSecond) =>
        perSecond.ToString(perSecond is > 0 and < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    private static string? ColourOf(RuleStatus rule, RuleRates? rates)
    {
        if (rates?.Lost > 0 || rule.State is "suspended" or "rejected" or "refused")
        {
            return Red;
        }

        return rule.State != "attached" || rule.Reason is not null || ShareOf(rule) > NearBudget ? Yellow : null;
    }

    private static string[] LinesOf(StringBuilder text) => text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Cut(string line, int columns) => line.Length <= columns ? line : line[..Math.Max(0, columns - 1)] + "…";
}
