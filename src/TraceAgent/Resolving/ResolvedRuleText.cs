using System.Globalization;
using System.Text;
using TraceAgent.Hosting;
using TraceAgent.Rules;

namespace TraceAgent.Resolving;

/// <summary>A resolved rule for people.</summary>
internal static class ResolvedRuleText
{
    private static readonly string[] SiteHeads = ["SYMBOL", "ADDRESS", "FILE OFFSET", "A HIT"];
    private static readonly string[] ValueHeads = ["VALUE", "TYPE", "ON", "WHERE"];

    /// <summary>Lines that end in <c>\n</c>. Names from files are harmless for a terminal.</summary>
    public static string Of(ResolvedRule rule)
    {
        var text = new StringBuilder();
        Line(0, $"{rule.Rule}  ({PrintableText.Of(rule.File)}:{rule.Line}, on: {rule.On})");
        if (rule.WaitsFor is { } missing)
        {
            Line(2, $"pending: {PrintableText.Of(missing)}; the rule waits until it appears");
        }

        foreach (var problem in rule.Problems)
        {
            var hint = problem.Hint is null ? "" : $"; {PrintableText.Of(problem.Hint)}";
            Line(2, $"{(problem.Severity == "error" ? "refused" : "warning")} {problem.Code}: {PrintableText.Of(problem.Message)}{hint}");
        }

        foreach (var part in rule.Parts)
        {
            foreach (var file in part.Sites.GroupBy(site => site.File))
            {
                Line(2, PrintableText.Of(file.Key));
                Rows([SiteHeads, .. file.Select(site => (string[])[PrintableText.Of(site.Symbol), site.Address, site.FileOffset, Hit(site)])]);
            }

            if (part.Values.Count > 0)
            {
                Rows([ValueHeads, .. part.Values.Select(value => (string[])[value.Name, value.Type, value.ReadOn, value.Where])]);
            }

            Line(4, $"a record has {(rule.On is "entry" or "return" or "call" ? "" : "at most ")}{Counted.Of(part.RecordBytes, "byte")}");
        }

        return text.ToString();

        void Line(int indent, string line) => text.Append(' ', indent).Append(line).Append('\n');

        void Rows(List<string[]> rows)
        {
            var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
            rows.ForEach(row => Line(4, string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()));
        }
    }

    private static string Hit(ResolvedSite site)
    {
        var kind = site.Hit == "emulated" ? "emulated" : "single-stepped";
        return site.CostNs is { } cost
            ? string.Create(CultureInfo.InvariantCulture, $"{kind}, about {cost / 1000:0.0} µs")
            : site.Hit == "emulated" ? $"{kind}: cheap" : $"{kind}: several times as dear as an emulated one";
    }
}
