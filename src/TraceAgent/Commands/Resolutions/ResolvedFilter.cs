using System.Globalization;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Engine.Packets;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Resolutions;

/// <summary>A packet rule resolved on this machine: an object of <c>traceagent resolve --json</c>.</summary>
internal sealed record ResolvedFilter
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>The file that has the rule.</summary>
    public required string File { get; init; }

    /// <summary>The line, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The kind: <c>packets</c>.</summary>
    public string Kind { get; } = "packets";

    /// <summary>The state: <c>resolved</c>, <c>pending</c> or <c>refused</c>.</summary>
    public required string State { get; init; }

    /// <summary>The interfaces that it names.</summary>
    public required IReadOnlyList<ResolvedInterface> Interfaces { get; init; }

    /// <summary>The number of networks, those of its file included.</summary>
    public required int Denied { get; init; }

    /// <summary>The number of networks, those of its file included.</summary>
    public required int Allowed { get; init; }

    /// <summary>True when nothing is dropped.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Errors and warnings of its lists and interfaces.</summary>
    public required IReadOnlyList<ResolvedProblem> Problems { get; init; }

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

        return new ResolvedFilter
        {
            Rule = rule.Name.Value,
            File = PrintableText.WellFormed(rule.Name.At.File),
            Line = rule.Name.At.Line,
            State = state,
            Interfaces = interfaces,
            Denied = filter.Lists?.Deny.Count ?? 0,
            Allowed = filter.Lists?.Allow.Count ?? 0,
            DryRun = rule.DryRun,
            Problems = [.. diagnostics.Select(d => ResolvedProblem.Of(d, $"{d.At.File}:{d.At.Line}:{d.At.Column}: {d.FullMessage}"))],
        };
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

        var denies = DryRun ? "would deny" : "denies";
        text.Append(CultureInfo.InvariantCulture, $"  {denies} {Denied:N0} and allows {Plural.Grouped(Allowed, "network")}\n");
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
