using System.Globalization;
using System.Text;
using TraceAgent.Engine.Packets;
using TraceAgent.Linux;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands;

/// <summary>A packet rule resolved on this machine: an object of <c>traceagent resolve --json</c>.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="File">The file that has the rule.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Kind">The kind: <c>packets</c>.</param>
/// <param name="State">The state: <c>resolved</c>, <c>pending</c> or <c>refused</c>.</param>
/// <param name="Interfaces">The interfaces that it names.</param>
/// <param name="Denied">The number of networks, those of its file included.</param>
/// <param name="Allowed">The number of networks, those of its file included.</param>
/// <param name="DryRun">True when nothing is dropped.</param>
/// <param name="Problems">Errors and warnings of its lists and interfaces.</param>
internal sealed record ResolvedFilter(
    string Rule,
    string File, int Line, string Kind, string State, IReadOnlyList<ResolvedInterface> Interfaces, int Denied, int Allowed, bool DryRun,
    IReadOnlyList<ResolvedProblem> Problems)
{
    /// <param name="filter">The rule with its lists.</param>
    /// <param name="claims">The rules that would have the interfaces of this machine.</param>
    /// <param name="diagnostics">The diagnostics of its text.</param>
    public static ResolvedFilter Of(DesiredFilter filter, InterfaceClaims claims, IReadOnlyList<Diagnostic> diagnostics)
    {
        var rule = filter.Rule;
        var interfaces = claims.NamedBy(rule)
            .Select(one => new ResolvedInterface(PrintableText.WellFormed(one.Name), one.Index)).ToList();
        var state = interfaces.Count == 0 || filter.Lists is null ? "pending" : "resolved";
        if (diagnostics.Any(d => d.Severity == Severity.Error))
        {
            state = "refused";
        }

        return new ResolvedFilter(
            rule.Name.Value,
            PrintableText.WellFormed(rule.Name.At.File),
            rule.Name.At.Line,
            "packets",
            state,
            interfaces,
            filter.Lists?.Deny.Count ?? 0,
            filter.Lists?.Allow.Count ?? 0,
            rule.DryRun,
            [.. diagnostics.Select(d => new ResolvedProblem(
                d.Severity == Severity.Error ? "error" : "warning",
                d.Code,
                PrintableText.WellFormed($"{d.At.File}:{d.At.Line}:{d.At.Column}: {d.FullMessage}"),
                d.Hint is { } hint ? PrintableText.WellFormed(hint) : null))]);
    }

    /// <summary>The text for people: lines that end in <c>\n</c>.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Rule}  ({PrintableText.Of(File)}:{Line}, packets)\n");
        foreach (var one in Interfaces)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {PrintableText.Of(one.Name)} (index {one.Index})\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"  {(DryRun ? "would deny" : "denies")} {Denied:N0} and allows {Allowed:N0} networks\n");
        foreach (var problem in Problems)
        {
            var hint = problem.Hint is null ? "" : $"; {PrintableText.Of(problem.Hint)}";
            text.Append(CultureInfo.InvariantCulture,
                $"  {(problem.Severity == "error" ? "refused" : "warning")} {problem.Code}: {PrintableText.Of(problem.Message)}{hint}\n");
        }

        return text.ToString();
    }
}

/// <param name="Name">The interface's name.</param>
/// <param name="Index">The index as <c>ip link</c> shows it.</param>
internal sealed record ResolvedInterface(string Name, int Index);
