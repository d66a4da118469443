using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Symbols;

namespace TraceAgent.Engine.Reconciling;

/// <summary>One step for one rule.</summary>
public abstract record ReconcileStep
{
    private ReconcileStep()
    {
    }

    public sealed record Attach(Rule Rule, Probe Probe) : ReconcileStep;

    /// <summary>Replaces the probe by a new one, because the kernel must do something else.</summary>
    public sealed record Replace(Rule Rule, Probe Probe) : ReconcileStep;

    /// <summary>Attaches to more files, or to another one at a path: the same is captured there too.</summary>
    /// <param name="Rule">The rule as it is now.</param>
    /// <param name="More">The part that is not held yet.</param>
    public sealed record Extend(Rule Rule, Probe More) : ReconcileStep;

    /// <summary>Changes only what lines look like. Nothing in the kernel is touched.</summary>
    public sealed record Reshape(Rule Rule) : ReconcileStep;

    public sealed record Detach(string Rule) : ReconcileStep;
}

/// <summary>Plans the steps from what is attached to what should be. Pure; the same twice gives no steps.</summary>
internal static class ReconcilePlan
{
    public static EquatableArray<ReconcileStep> Between(IReadOnlyDictionary<string, RuleProbe> held, IReadOnlyList<RuleProbe> desired)
    {
        var steps = new List<ReconcileStep>();
        var wanted = desired.Select(one => one.Rule.Name.Value).ToHashSet();
        foreach (var name in held.Keys.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal))
        {
            steps.Add(new ReconcileStep.Detach(name));
        }

        foreach (var (rule, probe) in desired)
        {
            if (StepFor(held.GetValueOrDefault(rule.Name.Value), rule, probe) is { } step)
            {
                steps.Add(step);
            }
        }

        return steps.ToEquatableArray();
    }

    private static ReconcileStep? StepFor(RuleProbe? held, Rule rule, Probe? probe)
    {
        if (held is null)
        {
            return probe is null ? null : new ReconcileStep.Attach(rule, probe);
        }

        var sameRequest = rule.Binary == held.Rule.Binary && held.Parts.All(part => Captures(rule, probe, part));
        if (probe is null)
        {
            // The file is gone: its processes may still run, and stay traced. Another path, another place in the file or
            // other captures are another matter: what the rule asked for before must not go on, and records of the old
            // plan cannot be shown by the new rule.
            return sameRequest && rule.Where == held.Rule.Where ? Reshaped(held, rule) : new ReconcileStep.Detach(rule.Name.Value);
        }

        if (!sameRequest || !IsInSync(held, rule, probe))
        {
            return new ReconcileStep.Replace(rule, probe);
        }

        return Missing(held, probe) is { } more ? new ReconcileStep.Extend(rule, more) : Reshaped(held, rule);
    }

    /// <summary>True when what is held can stay as it is: in every file the same sites, for the same plan.</summary>
    private static bool IsInSync(RuleProbe held, Rule rule, Probe probe)
    {
        var wanted = probe.Parts.SelectMany(part => part.Files, (part, file) => (part, file)).ToLookup(one => one.file.Identity.File);
        foreach (var files in held.Parts.SelectMany(part => part.Files, (part, file) => (part, file)).GroupBy(
            one => one.file.Identity.File))
        {
            if (!wanted.Contains(files.Key))
            {
                // The file cannot be resolved any more: only its former sites are known, and they are those of the former place.
                if (rule.Where != held.Rule.Where)
                {
                    return false;
                }
            }
            else if (!files.Select(Sites).ToHashSet().SetEquals(wanted[files.Key].Select(Sites)))
            {
                return false;
            }
        }

        return true;

        static (CapturePlan Plan, EquatableArray<ProbeSite> Sites) Sites((ProbePart Part, ProbeFile File) one) =>
            (one.Part.Plan, one.File.Sites);
    }

    /// <summary>The files that are wanted and not held; null for none.</summary>
    private static Probe? Missing(RuleProbe held, Probe probe)
    {
        var present = held.Parts.SelectMany(part => part.Files).Select(file => file.Identity.File).ToHashSet();
        return Probe.Of(probe.Parts
            .Select(part => part with { Files = part.Files.Where(file => !present.Contains(file.Identity.File)).ToEquatableArray() })
            .Where(part => part.Files.Count > 0));
    }

    /// <summary>True when the rule captures at the places of a part what is captured there.</summary>
    private static bool Captures(Rule rule, Probe? probe, ProbePart part)
    {
        // At most places, the rule is bound already.
        var bound = probe?.Parts.FirstOrDefault(one => one.Abi == part.Abi)?.Bound ?? BoundRule.Of(rule, part.Abi);
        return bound.Problems.Count == 0 && bound.Plan == part.Plan;
    }

    private static ReconcileStep.Reshape? Reshaped(RuleProbe held, Rule rule) =>
        rule == held.Rule ? null : new ReconcileStep.Reshape(rule);
}
