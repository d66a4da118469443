using TraceAgent.Bpf;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;
using TraceAgent.Engine.Reading;
using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Reconciling;

/// <summary>Carries out what <see cref="ReconcilePlan"/> decides. Used by one thread.</summary>
public sealed class Reconciler(BpfSession session, ProbeAttacher attacher, DetachQueue detachQueue, IReconcilerListener reporter)
{
    /// <summary>
    /// The maximum number of replaced probes that stay attached until the kernel has settled; more would slow down the traced
    /// programs.
    /// </summary>
    private const int MaxRetiring = 64;

    private readonly Dictionary<string, AttachedProbe> _attached = [];
    private readonly Dictionary<string, RuleCounters> _counters = [];
    private readonly Dictionary<string, (Probe Probe, string Reason)> _refused = [];

    /// <summary>The reports of the current step.</summary>
    private List<Action> _reported = [];

    /// <summary>The active rules, by name.</summary>
    public IReadOnlyDictionary<string, AttachedProbe> Attached => _attached;

    public IReadOnlyList<RuleCounters> Counters
    {
        get
        {
            lock (_counters)
            {
                return [.. _counters.Values];
            }
        }
    }

    /// <summary>The kernel's answer to the last try of a rule; null when that succeeded.</summary>
    public string? WhyRefused(string rule) => _refused.TryGetValue(rule, out var refused) ? refused.Reason : null;

    /// <summary>Announces a change that may lead to probes.</summary>
    public void ExpectAttach() => session.ExpectAttach();

    public void Apply(IReadOnlyList<RuleProbe> desired)
    {
        var settled = desired.Where(one => _attached.TryGetValue(one.Rule.Name.Value, out var probe) && probe.IsInSync(one))
            .Select(one => one.Rule.Name.Value).ToHashSet();
        var open = desired.Where(one => !settled.Contains(one.Rule.Name.Value)).ToList();
        var held = _attached.Where(one => !settled.Contains(one.Key)).ToDictionary(one => one.Key, one => one.Value.Held);
        var current = open.ToDictionary(one => one.Rule.Name.Value);
        var steps = ReconcilePlan.Between(held, open);
        attacher.Prepare([.. steps.OfType<ReconcileStep.Attach>()]);
        foreach (var name in steps.OfType<ReconcileStep.Detach>().Select(step => step.Rule))
        {
            Detach(name, current.ContainsKey(name) ? "its target does not exist any more" : "it is not in the rule files any more");
        }

        // At one place, the kernel runs what was attached last before the others (consumer_add in kernel/events/uprobes.c): attached from
        // the last to the first, rules log in the order of their files. They are reported in that order, too.
        var told = new Stack<List<Action>>();
        foreach (var step in steps.Where(step => step is not ReconcileStep.Detach).Reverse())
        {
            told.Push(_reported = []);
            Take(step);
        }

        foreach (var tell in told.SelectMany(one => one))
        {
            tell();
        }

        attacher.ForgetPrepared();
        foreach (var (name, asked) in current)
        {
            if (_attached.TryGetValue(name, out var probe))
            {
                probe.Current = asked.Probe?.Files.Select(file => file.Identity.File).ToHashSet() ?? [];
                if (!_refused.ContainsKey(name))
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
                Try(rule, probe, () => Replace(_attached[rule.Name.Value], rule, probe));
                break;
            case ReconcileStep.Extend(var rule, var more):
                Try(rule, more, () => Extend(_attached[rule.Name.Value], rule, more));
                break;
            case ReconcileStep.Reshape(var rule):
                Reshape(_attached[rule.Name.Value], rule);
                break;
        }
    }

    /// <summary>Detaches a rule at once.</summary>
    public void Detach(string rule)
    {
        if (_attached.Remove(rule, out var attached))
        {
            attached.Parts.ForEach(part => part.Loaded.Deactivate());
            detachQueue.Removed(attached.Parts);
        }
    }

    /// <summary>Unloads the programs of parts whose last file is gone. One part stays: by it, the rule is known to be active.</summary>
    public void LeaveBareParts()
    {
        foreach (var probe in _attached.Values)
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
        var parts = _attached.Values.SelectMany(probe => probe.Parts).ToList();
        parts.ForEach(part => part.Loaded.Deactivate());
        parts.AddRange(detachQueue.Left);
        Closing.All([.. parts.Select<AttachedPart, Action>(part => () => part.Files.ForEach(file => file.Dispose()))]);
        parts.ForEach(part => part.CloseCounters(part.Loaded.CallsInFlight));
        _attached.Clear();
    }

    private void Attach(Rule rule, Probe probe)
    {
        var attached = new AttachedProbe(rule, CountersOf(rule.Name.Value));
        var refusal = attacher.Grow(attached, rule, probe);
        if (attached.Parts.Count > 0)
        {
            _attached.Add(rule.Name.Value, attached);
            _reported.Add(() => reporter.Attached(rule, attached));
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
            _reported.Add(() => reporter.Extended(rule, added));
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
        _attached[rule.Name.Value] = next;
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

        _reported.Add(() => reporter.Replaced(rule, next));
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
        _reported.Add(() => reporter.Reshaped(rule));
    }

    private void Detach(string name, string reason)
    {
        var rule = _attached[name].Rule;
        Detach(name);
        reporter.Detached(rule, reason);
    }

    /// <summary>
    /// Tries a step. A refusal by the kernel is reported once for each state of the file, and tried again when that changes.
    /// </summary>
    private void Try(Rule rule, Probe probe, Action step)
    {
        try
        {
            step();
            _refused.Remove(rule.Name.Value);
        }
        catch (Exception refusal) when (ProbeAttacher.IsRefusal(refusal))
        {
            if (_refused.GetValueOrDefault(rule.Name.Value).Probe != probe)
            {
                _reported.Add(() => reporter.Refused(rule, refusal));
                _refused[rule.Name.Value] = (probe, refusal.Message);
            }
        }
    }

    private RuleCounters CountersOf(string rule)
    {
        lock (_counters)
        {
            if (!_counters.TryGetValue(rule, out var counters))
            {
                _counters[rule] = counters = new RuleCounters(rule);
            }

            return counters;
        }
    }
}
