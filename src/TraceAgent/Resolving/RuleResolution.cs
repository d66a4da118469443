using System.Globalization;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;
using TraceAgent.Reconciling;
using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Resolving;

/// <summary>What the resolver found of a rule, in words.</summary>
/// <param name="cost">Null when it could not be measured.</param>
internal sealed class RuleResolution(HitCost? cost)
{
    public ResolvedRule Of(Rule rule, Resolution resolution) => new(
        rule.Name.Value,
        PrintableText.WellFormed(rule.Name.At.File),
        rule.Name.At.Line,
        rule.On.ToString().ToLowerInvariant(),
        resolution.IsRefused ? "refused" : resolution.Missing is not null ? "pending" : "resolved",
        resolution.IsRefused ? null : resolution.Missing,
        [.. (resolution.Probe?.Parts ?? []).Select(part => PartOf(resolution.Desired.Rule, part))],
        [.. resolution.Problems.Select(problem => new ResolvedProblem(
            problem.Refused ? "error" : "warning", problem.Code, PrintableText.WellFormed(problem.Message), problem.Hint is { } hint ? PrintableText.WellFormed(hint) : null))]);

    private ResolvedPart PartOf(Rule rule, ProbePart part) => new(
        [.. part.Files.SelectMany(file => file.Sites, (file, site) => SiteOf(rule, file.Path, site))],
        [.. part.Plan.Kinds.SelectMany(kind => ValuesOf(rule, part, kind))],
        part.Plan.Kinds.Max(kind => part.Plan.LayoutOf(kind).Size));

    private ResolvedSite SiteOf(Rule rule, string file, ProbeSite site) => new(
        PrintableText.WellFormed(file),
        PrintableText.WellFormed(site.DisplayName),
        string.Create(CultureInfo.InvariantCulture, $"0x{site.Address:x}"),
        string.Create(CultureInfo.InvariantCulture, $"0x{site.FileOffset:x}"),
        site.IsEmulated ? "emulated" : "stepped",
        cost is { } measured
            ? Math.Round((site.IsEmulated ? measured.EmulatedNs : measured.SteppedNs) + (PlanBuilder.NeedsReturn(rule) ? measured.ReturnNs : 0))
            : null);

    private static IEnumerable<ResolvedValue> ValuesOf(Rule rule, ProbePart part, EventKind kind)
    {
        var text = new ExprText(part.Plan.Architecture, part.Plan.EntryFields);
        var fields = part.Plan.FieldsOf(kind);
        foreach (var value in PlanBuilder.ValuesOf(rule, part.Abi, kind))
        {
            var field = fields[value.FieldIndex];
            var onReturn = kind == EventKind.Return || (kind == EventKind.Call && value.FieldIndex >= part.Plan.EntryFields.Count);
            yield return new ResolvedValue(value.Name, TypeNotation.Of(value.Type), onReturn ? "return" : "entry", text.Of(field), field.Storage.Size);
        }
    }
}
