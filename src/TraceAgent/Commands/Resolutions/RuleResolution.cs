using System.Globalization;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;
using TraceAgent.Symbols;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Resolutions;

/// <summary>Describes what the resolver found for a rule, in words.</summary>
/// <param name="cost">The cost of a hit; null when it could not be measured.</param>
internal sealed class RuleResolution(HitCost? cost)
{
    public ResolvedRule Of(Resolution resolution) => new()
    {
        Rule = resolution.Rule.Name.Value,
        File = PrintableText.WellFormed(resolution.Rule.Name.At.File),
        Line = resolution.Rule.Name.At.Line,
        On = resolution.Rule.On.ToString().ToLowerInvariant(),
        State = resolution switch
        {
            { IsRefused: true } => "refused",
            { Missing: not null } => "pending",
            _ => "resolved",
        },
        WaitsFor = resolution.IsRefused ? null : resolution.Missing,
        Parts = [.. (resolution.Probe?.Parts ?? []).Select(part => PartOf(resolution.Rule, part))],
        Problems = [.. resolution.Diagnostics.Select(problem => ResolvedProblem.Of(problem, problem.Message))],
    };

    private ResolvedPart PartOf(Rule rule, ProbePart part) => new(
        [.. part.Files.SelectMany(file => file.Sites, (file, site) => SiteOf(rule, part, file.Path, site))],
        [.. part.Plan.Kinds.SelectMany(kind => ValuesOf(part, kind))],
        part.Plan.Kinds.Max(kind => part.Plan.LayoutOf(kind).Size));

    private ResolvedSite SiteOf(Rule rule, ProbePart part, string file, ProbeSite site) => new()
    {
        Binary = PrintableText.WellFormed(file),
        Symbol = PrintableText.WellFormed(site.DisplayName),
        Source = site.Source is { } source ? PrintableText.WellFormed($"{source.Text} in {source.Calls}") : null,
        Address = string.Create(CultureInfo.InvariantCulture, $"0x{site.Address:x}"),
        FileOffset = string.Create(CultureInfo.InvariantCulture, $"0x{site.FileOffset:x}"),
        Probe = site.IsEmulated ? "emulated" : "stepped",
        CostNs = cost is { } measured ? Math.Round(EntryNs(measured, site)) : null,
        EntryOffset = part.Plan.UsesEntryValue && site.EntryOffset != 0
            ? string.Create(CultureInfo.InvariantCulture, $"0x{site.EntryOffset:x}")
            : null,
        Call = rule.NeedsReturn ? CallOf(part, site) : null,
    };

    private ResolvedCall CallOf(ProbePart part, ProbeSite site) => new(
        site.Exits.Count(exit => exit.Form.Kind == ExitKind.Return),
        site.Exits.Count(exit => exit.Form.Kind == ExitKind.Jump),
        [.. site.Followed.Select(one => new ResolvedFollowed(
            PrintableText.WellFormed(one.Name),
            string.Create(CultureInfo.InvariantCulture, $"0x{one.Address:x}"),
            one.Callers,
            [.. one.CallerNames.Select(PrintableText.WellFormed)],
            cost is { } hit ? Math.Round(hit.SteppedNs * HitsOfOthers(site)) : null))],
        cost is { } measured ? Math.Round(CallNs(measured, part.Plan, site)) : null)
    {
        TracingNs = part.Plan.Trigger == ProbeTrigger.Call ? AddedTo(part.Plan, site) : null,
    };

    private double? AddedTo(CapturePlan plan, ProbeSite site) =>
        cost?.Added.Of(site.IsEmulated, plan.ReturnsAtInstructions) is > 0 and var added ? Math.Round(added) : null;

    /// <summary>The number of hits that a call by somebody else costs where calls leave to: at the RET, and at the entry.</summary>
    private static int HitsOfOthers(ProbeSite site) => site.Exits.Any(exit => exit.Form.Kind == ExitKind.Arrive) ? 2 : 1;

    private static double EntryNs(HitCost cost, ProbeSite site) => site.IsEmulated ? cost.EmulatedNs : cost.SteppedNs;

    /// <summary>
    /// The cost of the hits of one call, in ns. A RET is stepped over, and so is most often the first instruction of a function that the
    /// call leaves to; for returns alone, nothing is probed at the entry unless
    /// calls are paired.
    /// </summary>
    private static double CallNs(HitCost cost, CapturePlan plan, ProbeSite site)
    {
        var isEntered = plan.Trigger != ProbeTrigger.Return || plan.PairsCalls || !plan.ReturnsAtInstructions;
        var leaving = (site.Exits.Any(exit => exit.Form.Kind == ExitKind.Leave) ? cost.EmulatedNs : 0)
            + (site.Exits.Any(exit => exit.Form.Kind == ExitKind.Arrive) ? cost.SteppedNs : 0);
        return (isEntered ? EntryNs(cost, site) : 0) + leaving + (plan.ReturnsAtInstructions ? cost.SteppedNs : cost.ReturnNs);
    }

    private static IEnumerable<ResolvedValue> ValuesOf(ProbePart part, EventKind kind)
    {
        var text = new ExprText(part.Plan.Architecture, part.Plan.EntryFields);
        var fields = part.Plan.FieldsOf(kind);
        foreach (var value in part.Bound.ValuesOf(kind))
        {
            if (value.WhyMissing != Outcome.Ok)
            {
                yield return new ResolvedValue(value.Name, value.Type.Notation, "nowhere", OutcomeText.Of(value.WhyMissing)!, 0);
                continue;
            }

            var field = fields[value.FieldIndex];
            var onReturn = kind == EventKind.Return || (kind == EventKind.Call && value.FieldIndex >= part.Plan.EntryFields.Count);
            var (place, size) = value.Part is { } own
                ? (string.Create(CultureInfo.InvariantCulture, $"{text.Of(field)}, from {own.Offset} on"), own.Size)
                : (text.Of(field), field.Storage.Size);
            yield return new ResolvedValue(value.Name, value.Type.Notation, onReturn ? "return" : "entry", place, size);
        }
    }
}
