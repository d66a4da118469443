using System.Globalization;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Guards;

/// <summary>Decides which of the active rules may be attached now: those that have exceeded neither their time nor their budget.</summary>
/// <param name="measure">The cost of a hit on this machine; asked once, on a thread of its own.</param>
/// <param name="programs">The times of the probes' own programs.</param>
/// <param name="totalBudgetPercent">The budget of all rules with a budget together, in percent of one CPU.</param>
/// <param name="harm">Watches how probed processes end.</param>
/// <param name="reporter">Receives the reports.</param>
public sealed class RuleGuard(
    Func<HitCost> measure, ProgramTimes programs, double totalBudgetPercent, HarmGuard harm, IGuardListener reporter)
{
    private readonly Dictionary<string, string> _suspected = [];

    private readonly Lazy<Task<HitCost>> _cost = new(() => Task.Run(measure));
    private readonly BudgetGuard _budget = new(totalBudgetPercent);
    private readonly Dictionary<string, (Rule Rule, TimeSpan Since, bool Expired)> _known = [];

    /// <summary>The probes that may be attached, of those that should be. An edited rule starts again.</summary>
    public IReadOnlyList<RuleProbe> Admit(IReadOnlyList<RuleProbe> desired, TimeSpan now)
    {
        var names = desired.Select(one => one.Rule.Name.Value).ToHashSet();
        foreach (var gone in _known.Keys.Where(name => !names.Contains(name)).ToList())
        {
            _known.Remove(gone);
            _suspected.Remove(gone);
            _budget.Forget(gone);
        }

        foreach (var (rule, _) in desired)
        {
            var name = rule.Name.Value;
            if (!_known.TryGetValue(name, out var known) || known.Rule != rule)
            {
                _known[name] = (rule, now, false);
                _suspected.Remove(name);
                _budget.Forget(name);
            }
        }

        return [.. desired.Where(one => one.Rule.Name.Value is var name
            && !_known[name].Expired && !_suspected.ContainsKey(name) && !_budget.IsSuspended(name, now))];
    }

    /// <summary>True when programs are measured; null before the first try.</summary>
    public bool? MeasuresPrograms => programs.IsPermitted;

    /// <summary>The reason why a rule that should be attached is not; null when the guard allows it.</summary>
    public (RuleState State, string Reason)? Objection(string rule, TimeSpan now)
    {
        if (_known.TryGetValue(rule, out var known) && known.Expired)
        {
            return (RuleState.Expired, TimeToLive.DescribeEnd(known.Rule.Ttl ?? default));
        }

        if (_suspected.TryGetValue(rule, out var harmful))
        {
            return (RuleState.Suspended, harmful);
        }

        return _budget.WhySuspended(rule, now) is { } reason ? (RuleState.Suspended, reason) : null;
    }

    /// <summary>The cost in percent of one CPU over the last second; null while that is not known.</summary>
    public double? UsedPercent(string rule) => _budget.UsedPercent(rule);

    /// <summary>Reports how probed processes ended. To be called often: each call may spare the next one.</summary>
    /// <returns>The rules to detach now, which stay detached until they change.</returns>
    public IReadOnlyList<string> JudgeHarm(IReadOnlyDictionary<string, AttachedProbe> attached)
    {
        var (reports, verdicts) = harm.Judge(() => [.. attached.Select(one => new ProbingRule(
            one.Key, one.Value.Since, [.. one.Value.Files.Select(file => file.File.Identity.Inode).Distinct()]))]);
        foreach (var report in reports)
        {
            reporter.Ended(report);
        }

        var leaving = new List<string>();
        foreach (var (rules, evidence) in verdicts)
        {
            foreach (var rule in rules.Where(attached.ContainsKey))
            {
                _suspected[rule] = $"harm suspected: {evidence}; it stays detached until it changes";
                reporter.Harmful(attached[rule].Rule, _suspected[rule]);
                leaving.Add(rule);
            }
        }

        return leaving;
    }

    /// <summary>Suspends rules that exceed their budget. To be called about once a second.</summary>
    /// <returns>The rules to detach now.</returns>
    public IReadOnlyList<string> Judge(IReadOnlyDictionary<string, AttachedProbe> attached, TimeSpan now)
    {
        var leaving = new List<string>();
        foreach (var (name, (rule, since, expired)) in _known.ToList())
        {
            if (!expired && rule.Ttl is { } ttl && now - since >= ttl)
            {
                _known[name] = (rule, since, true);
                reporter.Expired(rule, ttl);
                leaving.Add(name);
            }
        }

        if (attached.Count == 0 || !_cost.Value.IsCompletedSuccessfully)
        {
            return leaving;
        }

        programs.Update([.. attached.Values], now);
        var costs = attached.Select(one => CostOf(one.Key, one.Value, _cost.Value.Result)).ToList();
        foreach (var verdict in _budget.Judge(costs, now).Where(verdict => !leaving.Contains(verdict.Rule)))
        {
            reporter.Suspended(attached[verdict.Rule].Rule, verdict);
            leaving.Add(verdict.Rule);
        }

        return leaving;
    }

    private RuleCost CostOf(string name, AttachedProbe probe, HitCost cost)
    {
        var perHit = probe.Files.All(file => file.Sites.All(site => site.IsEmulated)) ? cost.EmulatedNs : cost.SteppedNs;
        var atInstructions = probe.Parts.Any(part => part.Loaded.Plan.ReturnsAtInstructions);
        var perReturn = atInstructions ? cost.SteppedNs : cost.ReturnNs;
        perHit = probe.Rule.On switch
        {
            ProbeTrigger.Entry => perHit,
            ProbeTrigger.Both => (perHit + perReturn) / 2,
            ProbeTrigger.Return when atInstructions => perReturn,
            _ => perHit + perReturn,
        };
        probe.Counters.Charge(perHit + programs.NsPerHit(probe), cost.SteppedNs);
        var budget = probe.Rule.BudgetPercent ?? Rule.NoBudget;
        return new RuleCost(name, probe.Counters.CostNs, double.IsInfinity(budget) ? null : budget);
    }
}

/// <summary>Reports what the guard has decided to the operator.</summary>
public interface IGuardListener
{
    void Suspended(Rule rule, Suspension suspension);

    void Expired(Rule rule, TimeSpan ttl);

    /// <param name="report">A probed process was ended.</param>
    void Ended(HarmReport report);

    /// <param name="rule">The rule that may be the reason.</param>
    /// <param name="reason">The reason, with the evidence.</param>
    void Harmful(Rule rule, string reason);
}
