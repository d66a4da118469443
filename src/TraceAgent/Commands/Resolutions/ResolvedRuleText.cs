using System.Globalization;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Engine;
using TraceAgent.Rules;
using TraceAgent.Terminal;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Resolutions;

/// <summary>Writes a resolved rule for people.</summary>
internal static class ResolvedRuleText
{
    private const int MaxNamed = 3;

    private static readonly TextColumn[] SiteColumns = [new("SYMBOL"), new("ADDRESS"), new("FILE OFFSET"), new("A HIT")];
    private static readonly TextColumn[] LineColumns =
        [new("SOURCE"), new("SYMBOL"), new("ADDRESS"), new("FILE OFFSET"), new("A HIT")];
    private static readonly TextColumn[] CallColumns =
        [new("SYMBOL"), new("ADDRESS"), new("FILE OFFSET"), new("A HIT OF THE ENTRY"), new("A WHOLE CALL")];
    private static readonly TextColumn[] ValueColumns = [new("VALUE"), new("TYPE"), new("ON"), new("WHERE")];

    /// <summary>The text: lines that end in <c>\n</c>. Names from files are harmless for a terminal.</summary>
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
            foreach (var file in part.Sites.GroupBy(site => site.Binary))
            {
                Line(2, PrintableText.Of(file.Key));
                Table(ColumnsOf(file.First()), file.Select(Cells));
                foreach (var site in file.Where(site => site.Call is { } call && call.Followed.Count + call.Jumps > 0))
                {
                    Line(4, Ends(site.Symbol, site.Call!));
                }
            }

            if (part.Sites.Any(site => site.EntryOffset is not null))
            {
                Line(4, "the entry of its function is probed too, at every call: some values are nowhere else");
            }

            if (part.Values.Count > 0)
            {
                Table(ValueColumns, part.Values.Select(value => (string[])[value.Name, value.Type, value.ReadOn, value.Where]));
            }

            Line(4, $"a record has {(rule.On is "entry" or "return" or "call" ? "" : "at most ")}{Plural.Of(part.RecordBytes, "byte")}");
        }

        return text.ToString();

        void Line(int indent, string line) => text.Append(' ', indent).Append(line).Append('\n');

        void Table(TextColumn[] columns, IEnumerable<string[]> rows) =>
            new TextTable(columns) { Rows = rows, Indent = 4 }.AppendTo(text);
    }

    private static TextColumn[] ColumnsOf(ResolvedSite site)
    {
        if (site.Source is not null)
        {
            return LineColumns;
        }

        return site.Call is null ? SiteColumns : CallColumns;
    }

    private static string[] Cells(ResolvedSite site)
    {
        string[] cells = [PrintableText.Of(site.Symbol), site.Address, site.FileOffset, Hit(site)];
        if (site.Source is { } source)
        {
            return [PrintableText.Of(source), .. cells];
        }

        return site.Call is not { } call ? cells : [.. cells, WholeCall(call)];
    }

    private static string WholeCall(ResolvedCall call)
    {
        if (call.CostNs is not { } cost)
        {
            return "";
        }

        var about = string.Create(CultureInfo.InvariantCulture, $"about {cost / 1000:0.0} µs");
        return call.TracingNs is { } added
            ? string.Create(CultureInfo.InvariantCulture, $"{about}, {added / 1000:0.0} of them within durations")
            : about;
    }

    /// <summary>Describes where calls of a function end that does not only return by itself, and who else hits the probes there.</summary>
    private static string Ends(string symbol, ResolvedCall call)
    {
        var text = new StringBuilder($"calls of {PrintableText.Of(symbol)} end at {Plural.Of(call.Returns + call.Jumps, "instruction")}");
        if (call.Jumps > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", of which {Plural.Of(call.Jumps, "jump")} cannot be followed");
        }

        if (call.Followed.Count > 0)
        {
            text.Append(", also in ").AppendJoin("; ", call.Followed.OrderByDescending(one => one.Callers).Take(MaxNamed).Select(Caller));
            text.Append(call.Followed.Count > MaxNamed
                ? string.Create(CultureInfo.InvariantCulture, $" and {call.Followed.Count - MaxNamed} more")
                : "");
        }

        return text.ToString();
    }

    private static string Caller(ResolvedFollowed one)
    {
        if (one.Callers == 0)
        {
            return PrintableText.Of(one.Symbol);
        }

        var cost = one.CostNs is { } ns
            ? string.Create(CultureInfo.InvariantCulture, $", about {ns / 1000:0.0} µs for each of their calls")
            : "";
        return $"{PrintableText.Of(one.Symbol)} (also called at {Plural.Of(one.Callers, "other place")}, " +
            $"by {PrintableText.Of(string.Join(", ", one.CallerNames))}{cost})";
    }

    private static string Hit(ResolvedSite site)
    {
        var kind = site.Probe == "emulated" ? "emulated" : "single-stepped";
        if (site.CostNs is { } cost)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{kind}, about {cost / 1000:0.0} µs");
        }

        return site.Probe == "emulated" ? $"{kind}: cheap" : $"{kind}: several times as dear as an emulated one";
    }
}
