using TraceAgent.Bpf;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine.Counters;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.State;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Reconciling;

/// <summary>Carries out what <see cref="ReconcilePlan"/> decides. Used by one thread.</summary>
public sealed class Reconciler(
    BpfSession session, ProbeAttacher attacher, DetachQueue detachQueue, CounterTable<RuleCounters> counters, RuleTable rules)
{
    /// <summary>
    /// The maximum number of replaced probes that stay attached until the kernel has settled; more would slow down the traced
    /// programs.
    /// </summary>
    private const int MaxRetiring = 64;


    /// <summary>Receives the reports.</summary>
    public required IReconcilerListener Listener { get; init; }

    /// <summary>The reports of the current step.</summary>
    private List<Action> _reported = [];

    /// <summary>Announces a change that may lead to probes.</summary>
    public void ExpectAttach() => session.ExpectAttach();

    public void Apply(IReadOnlyList<RuleProbe> desired)
    {
        var settled = desired.Where(one => rules.FindAttached(one.Rule.Name.Value)?.IsInSync(one) is true)
            .Select(one => one.Rule.Name.Value).ToHashSet();
        var open = desired.Where(one => !settled.Contains(one.Rule.Name.Value)).ToList();
        var held = rules.Attached.Where(one => !settled.Contains(one.Name)).ToDictionary(one => one.Name, one => one.Held);
        var current = open.ToDictionary(one => one.Rule.Name.Value);
        var steps = ReconcilePlan.Between(held, open);
        attacher.Prepare([.. steps.OfType<ReconcileStep.Attach>()]);
        foreach (var name in steps.OfType<ReconcileStep.Detach>().Select(step => step.Rule))
        {
            Detach(name, current.ContainsKey(name) ? "its target does not exist any more" : "it is not in the rule files any more");
        }

        // At one place, the kernel runs what was attached last before the others (consumer_add in kernel/events/uprobes.c): attached from
        // the last to the first, rules log in the order of their files. They are reported in that order, too.
        var reports = new Stack<List<Action>>();
        foreach (var step in steps.Where(step => step is not ReconcileStep.Detach).Reverse())
        {
            reports.Push(_reported = []);
            Take(step);
        }

        foreach (var report in reports.SelectMany(one => one))
        {
            report();
        }

        attacher.ForgetPrepared();
        foreach (var (name, asked) in current)
        {
            if (rules.Find(name) is { Attached: { } probe } rule)
            {
                probe.Current = asked.Probe?.Files.Select(file => file.Identity.File).ToHashSet() ?? [];
                if (rule.Refusal is null)
                {
                    probe.MarkInSync(asked);
                }
            }
        }
    }

    private void Take(ReconcileStep step)
    {
        switch (step)
        {
            case ReconcileStep.Attach(var rule, var probe):
                Try(rule, probe, () => Attach(rule, probe));
                break;
            case ReconcileStep.Replace(var rule, var probe):
                Try(rule, probe, () => Replace(rules.FindAttached(rule.Name.Value)!, rule, probe));
                break;
            case ReconcileStep.Extend(var rule, var more):
                Try(rule, more, () => Extend(rules.FindAttached(rule.Name.Value)!, rule, more));
                break;
            case ReconcileStep.Reshape(var rule):
                Reshape(rules.FindAttached(rule.Name.Value)!, rule);
                break;
        }
    }

    /// <summary>Detaches a rule at once.</summary>
    public void Detach(string rule)
    {
        if (rules.Find(rule) is { Attached: { } attached } managed)
        {
            managed.Attached = null;
            attached.Parts.ForEach(part => part.Loaded.Deactivate());
            detachQueue.Removed(attached.Parts);
        }
    }

    /// <summary>Unloads the programs of parts whose last file is gone. One part stays: by it, the rule is known to be active.</summary>
    public void LeaveBareParts()
    {
        foreach (var probe in rules.Attached)
        {
            var bare = probe.Parts.FindAll(part => part.Files.Count == 0);
            if (bare.Count == probe.Parts.Count)
            {
                bare.RemoveAt(0);
            }

            if (bare.Count > 0)
            {
                bare.ForEach(part => part.Loaded.Deactivate());
                probe.Parts.RemoveAll(bare.Contains);
                detachQueue.Removed(bare);
            }
        }
    }

    /// <summary>
    /// Detaches everything at once: left to the end of the process, the kernel would do it link by link. When this returns no
    /// handler runs any more, those on the returns of calls in flight included, so the counters do not change any more.
    /// </summary>
    public void DetachAll()
    {
        var probes = rules.Attached.ToList();
        var parts = probes.SelectMany(probe => probe.Parts).ToList();
        parts.ForEach(part => part.Loaded.Deactivate());
        parts.AddRange(detachQueue.Left);
        AttachedPart.LeaveFiles(parts);
        parts.ForEach(part => part.CloseCounters(part.Loaded.CallsInFlight));
        probes.ForEach(probe => rules.Find(probe.Name)!.Attached = null);
    }

    private void Attach(Rule rule, Probe probe)
    {
        var attached = new AttachedProbe(rule, counters.Of(rule.Name.Value));
        var refusal = attacher.Grow(attached, rule, probe);
        if (attached.Parts.Count > 0)
        {
            rules.Find(rule.Name.Value)!.Attached = attached;
            _reported.Add(() => Listener.Attached(rule, attached));
        }

        refusal?.Throw();
    }

    private void Extend(AttachedProbe attached, Rule rule, Probe more)
    {
        var before = attached.Files.ToHashSet();
        var refusal = attacher.Grow(attached, rule, more);
        attached.Parts.ForEach(part => part.Show(rule));
        attached.Rule = rule;
        var added = attached.Files.Where(file => !before.Contains(file)).ToList();
        if (added.Count > 0)
        {
            _reported.Add(() => Listener.Extended(rule, added));
        }

        refusal?.Throw();
    }

    /// <summary>Replaces a probe completely or not at all: the previous one stays until the new one is attached everywhere.</summary>
    private void Replace(AttachedProbe previous, Rule rule, Probe probe)
    {
        while (detachQueue.Waiting > MaxRetiring)
        {
            Thread.Sleep(1);
        }

        var next = attacher.Succeed(previous, rule, probe);
        rules.Find(rule.Name.Value)!.Attached = next;
        if (TakesTheSameHits(previous, next))
        {
            detachQueue.Replaced(previous.Parts, session.Switch([
                .. previous.Parts.Select(part => part.Loaded)], [.. next.Parts.Select(part => part.Loaded)]));
        }
        else
        {
            previous.Parts.ForEach(part => part.Loaded.Deactivate());
            next.Parts.ForEach(part => part.Loaded.Activate());
            detachQueue.Removed(previous.Parts);
        }

        _reported.Add(() => Listener.Replaced(rule, next));
    }

    /// <summary>True when one can take hits over from the other: a call is taken when it is entered, a return when it returns.</summary>
    private static bool TakesTheSameHits(AttachedProbe previous, AttachedProbe next)
    {
        var (before, after) = (previous.Rule.On, next.Rule.On);
        return before is ProbeTrigger.Entry or ProbeTrigger.Call
            ? after is ProbeTrigger.Entry or ProbeTrigger.Call
            : before == after && SeesReturnsAt(previous).SetEquals(SeesReturnsAt(next));
    }

    private static HashSet<(bool, bool)> SeesReturnsAt(AttachedProbe probe) =>
        [.. probe.Parts.Select(part => (part.Loaded.Plan.ReturnsAtInstructions, part.Loaded.Plan.PairsCalls))];

    private void Reshape(AttachedProbe attached, Rule rule)
    {
        attached.Rule = rule;
        attached.Parts.ForEach(part => part.Show(rule));
        _reported.Add(() => Listener.Reshaped(rule));
    }

    private void Detach(string name, string reason)
    {
        var rule = rules.FindAttached(name)!.Rule;
        Detach(name);
        Listener.Detached(rule, reason);
    }

    /// <summary>
    /// Tries a step. A refusal by the kernel is reported once for each state of the file, and tried again when that changes.
    /// </summary>
    private void Try(Rule rule, Probe probe, Action step)
    {
        var managed = rules.Find(rule.Name.Value)!;
        try
        {
            step();
            managed.Refusal = null;
        }
        catch (Exception refusal) when (ProbeAttacher.IsRefusal(refusal))
        {
            if (managed.Refusal?.Probe != probe)
            {
                managed.Refusal = (probe, refusal.Message);
                rules.CountRejected(1);
                _reported.Add(() => Listener.Refused(rule, refusal));
            }
        }
    }
}
