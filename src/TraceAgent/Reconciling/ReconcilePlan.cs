using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Reconciling;

/// <summary>One thing to do for one rule.</summary>
internal abstract record ReconcileStep
{
    private ReconcileStep()
    {
    }

    public sealed record Attach(Rule Rule, Probe Probe) : ReconcileStep;

    /// <summary>The kernel must do something else: a new probe takes over from the old one.</summary>
    public sealed record Replace(Rule Rule, Probe Probe) : ReconcileStep;

    /// <summary>The path leads to another file now: the same programs are attached there too.</summary>
    public sealed record Extend(Rule Rule, Probe Probe) : ReconcileStep;

    /// <summary>Only what lines look like has changed. Nothing in the kernel is touched.</summary>
    public sealed record Reshape(Rule Rule) : ReconcileStep;

    public sealed record Detach(string Rule) : ReconcileStep;
}

/// <summary>What is in force for one rule.</summary>
/// <param name="Rule">As it was when it was last shaped.</param>
/// <param name="Probe">Of the file that its path led to last.</param>
/// <param name="IsAttached">False when that file was overwritten and the probe had to be taken off.</param>
internal sealed record HeldProbe(Rule Rule, Probe Probe, bool IsAttached = true);

/// <summary>From what is to what should be. Pure; the same twice gives nothing to do.</summary>
internal static class ReconcilePlan
{
    public static EquatableArray<ReconcileStep> Between(IReadOnlyDictionary<string, HeldProbe> held, IReadOnlyList<DesiredProbe> desired)
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

    private static ReconcileStep? StepFor(HeldProbe? held, Rule rule, Probe? probe)
    {
        if (held is null)
        {
            return probe is null ? null : new ReconcileStep.Attach(rule, probe);
        }

        if (probe is null)
        {
            // The file is gone: its processes may still run, and stay traced. Another path, another place in the file or
            // other captures are another matter: what the rule asked for before must not go on, and records of the old
            // plan cannot be shown by the new rule.
            if (rule.Binary != held.Rule.Binary || rule.Where != held.Rule.Where
                || PlanBuilder.Build(rule, held.Probe.Plan.Architecture) != held.Probe.Plan)
            {
                return new ReconcileStep.Detach(rule.Name.Value);
            }

            return Reshaped(held, rule);
        }

        if (probe.Plan != held.Probe.Plan || rule.Binary != held.Rule.Binary)
        {
            return new ReconcileStep.Replace(rule, probe);
        }

        if (!held.IsAttached || !probe.File.IsSameFile(held.Probe.File))
        {
            return rule.Where == held.Rule.Where ? new ReconcileStep.Extend(rule, probe) : new ReconcileStep.Replace(rule, probe);
        }

        return probe.Sites != held.Probe.Sites ? new ReconcileStep.Replace(rule, probe) : Reshaped(held, rule);
    }

    private static ReconcileStep.Reshape? Reshaped(HeldProbe held, Rule rule) =>
        rule == held.Rule ? null : new ReconcileStep.Reshape(rule);
}
