using System.Globalization;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Engine;
using TraceAgent.Rules;
using TraceAgent.Terminal;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Status;

/// <summary>Writes the status for people.</summary>
internal static class StatusTable
{
    private const string Removed = "removed";

    /// <summary>The number of rules that are named with what is the same for all of them.</summary>
    private const int MaxNames = 3;

    private static readonly TextColumn[] Columns =
    [
        new("RULE"), new("STATE"),
        .. NumbersOf("SITES", "CALLS", "LOGGED", "FILTERED", "SAMPLED", "LIMITED", "LOST", "UNRETURNED", "COST", "LAST EVENT"),
    ];

    /// <param name="status">The status.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="all">True to show the rules that are in no file any more.</param>
    public static string Of(AgentStatus status, DateTime now, bool all = false)
    {
        var shown = all ? status : WithoutGone(status);
        var text = new StringBuilder();
        AppendHead(text, status, now);
        if (shown.Rules.Count > 0 || shown.Packets.Count == 0)
        {
            new TextTable(Columns) { Rows = shown.Rules.Select(rule => RowOf(rule, now)) }.AppendTo(text);
        }

        PacketTable.Append(text, shown.Packets);
        AppendNotes(text, shown);
        if (status.Rules.Count + status.Packets.Count - shown.Rules.Count - shown.Packets.Count is > 0 and var gone)
        {
            text.Append(Plural.Of(gone, "rule in no file any more; --all shows it", "rules in no file any more; --all shows them"))
                .Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The status without the rules that are in no file any more.</summary>
    public static AgentStatus WithoutGone(AgentStatus status) => status with
    {
        Rules = [.. status.Rules.Where(rule => rule.State != Removed)],
        Packets = [.. status.Packets.Where(rule => rule.State != Removed)],
    };

    /// <summary>Appends a line about the agent.</summary>
    public static void AppendHead(StringBuilder text, AgentStatus status, DateTime now)
    {
        var agent = status.Agent;
        text.Append(CultureInfo.InvariantCulture,
            $"traceagent {agent.Version}, process {agent.Pid}, up {Span(now - agent.Started)}, {agent.Attach}; ");
        text.Append(CultureInfo.InvariantCulture,
            $"ring {status.Ring.UsedBytes >> 10} of {status.Ring.Bytes >> 10} KiB; {Plural.Of(status.Reloads, "reload")}; ");
        text.Append(CultureInfo.InvariantCulture, $"cost {Percent(status.Cost.Percent)} of a CPU");
        text.Append(status.Cost.BudgetPercent is { } budget ? $" (budget {Percent(budget)})\n" : "\n");
    }

    /// <summary>Appends the reasons of rules, and what is wrong with files and outputs.</summary>
    public static void AppendNotes(StringBuilder text, AgentStatus status)
    {
        AppendReasons(text, status.Rules.Select(rule => (rule.Rule, rule.Reason)));
        foreach (var file in status.RejectedFiles.Where(file => status.Rules.All(rule => rule.Reason != file.Reason)))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Clean(file.Reason)}\n");
        }

        foreach (var output in status.Outputs.Where(output => output.Dropped > 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"output {Clean(output.Name)}: {Plural.Of(output.Dropped, "event")} not delivered\n");
        }

        foreach (var output in status.Outputs.Where(output => output.Errors > 0))
        {
            text.Append(
                CultureInfo.InvariantCulture, $"output {Clean(output.Name)}: {Plural.Of(output.Errors, "batch", "batches")} refused\n");
        }

        if (!status.Cost.ProgramsMeasured)
        {
            text.Append("cost counts hits only: the time in the rules' programs can be measured with CAP_SYS_ADMIN\n");
        }
    }

    /// <summary>Describes one rule in full, with a picture of how long its calls took.</summary>
    public static string Details(RuleStatus rule, DateTime now)
    {
        var text = new StringBuilder();
        Line("rule", Clean(rule.Rule));
        Line("state", rule.Reason is null ? rule.State : $"{rule.State}: {Clean(rule.Reason)}");
        Line("place", PlaceOf(rule.File, rule.Line));
        Line("binary", Clean(rule.Binary ?? "-"));
        Line("sites", Number(rule.Sites));
        Line("calls", $"{Number(rule.Calls)} = {Number(rule.Logged)} logged + {Number(rule.Filtered)} filtered + {Number(rule.Sampled)} " +
            $"sampled out + {Number(rule.Limited)} over the limit + {Number(rule.Lost)} lost");
        Line("unreturned", Number(rule.Unreturned));
        Line("cost", string.Create(
            CultureInfo.InvariantCulture,
            $"{(rule.CostPercent is { } percent ? $"{Percent(percent)} of a CPU" : "-")}; {rule.CostNs / 1e9:0.000} s in all; budget " +
                $"{BudgetOf(rule)}"));
        Line("last event", rule.LastEvent is { } last ? $"{last:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} ({Span(now - last)} ago)" : "none yet");
        if (rule.Latency is { } latency)
        {
            text.Append('\n').Append(LatencyChart.Of(latency));
        }

        return text.ToString();

        void Line(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name,-11}{value}\n");
    }

    /// <summary>Appends the reasons of rules, each once.</summary>
    internal static void AppendReasons(StringBuilder text, IEnumerable<(string Rule, string? Reason)> rules)
    {
        foreach (var same in rules.Where(rule => rule.Reason is not null).GroupBy(rule => rule.Reason!, rule => rule.Rule))
        {
            var names = same.ToList();
            var more = names.Count > MaxNames ? $" and {Plural.Of(names.Count - MaxNames, "more rule")}" : "";
            text.Append(
                CultureInfo.InvariantCulture, $"{Clean(string.Join(", ", names.Take(MaxNames)))}{more}: {Clean(same.Key)}\n");
        }
    }

    private static string[] RowOf(RuleStatus rule, DateTime now) =>
    [
        Clean(rule.Rule),
        Clean(rule.State),
        Number(rule.Sites),
        Number(rule.Calls),
        Number(rule.Logged),
        Number(rule.Filtered),
        Number(rule.Sampled),
        Number(rule.Limited),
        Number(rule.Lost),
        Number(rule.Unreturned),
        rule.CostPercent is { } percent ? Percent(percent) : "-",
        rule.LastEvent is { } last ? $"{Span(now - last)} ago" : "-",
    ];

    /// <summary>Columns that are aligned at the right.</summary>
    internal static IEnumerable<TextColumn> NumbersOf(params string[] heads) => heads.Select(head => new TextColumn(head, IsNumber: true));

    internal static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    internal static string PlaceOf(string? file, int? line) =>
        file is null ? "in no file" : string.Create(CultureInfo.InvariantCulture, $"{Clean(file)}:{line}");

    private static string BudgetOf(RuleStatus rule)
    {
        if (rule.BudgetPercent is { } budget)
        {
            return Percent(budget);
        }

        return rule.Binary is null ? "-" : "none";
    }

    internal static string Percent(double value) =>
        value.ToString(value is > 0 and < 1 ? "0.00" : "0.#", CultureInfo.InvariantCulture) + " %";

    private static string Span(TimeSpan span) => span.TotalSeconds switch
    {
        < 1 => "<1 s",
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} d"),
    };

    /// <summary>Replaces control characters: paths and texts of rules may hold what moves a terminal's cursor.</summary>
    internal static string Clean(string text) => PrintableText.Of(text);
}
