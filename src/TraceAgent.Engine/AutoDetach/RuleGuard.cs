using System.Globalization;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.State;
using TraceAgent.Rules;

namespace TraceAgent.Engine.AutoDetach;

/// <summary>Detaches rules that have used up their time or their budget, or do harm.</summary>
/// <param name="cost">The cost of a hit on this machine: measured on a thread of its own when it is asked for first.</param>
/// <param name="programs">The times of the probes' own programs.</param>
/// <param name="totalBudgetPercent">The budget of all rules with a budget together, in percent of one CPU.</param>
/// <param name="harm">Watches how probed processes end.</param>
/// <param name="rules">The table of all rules, with what is attached; the guard records in it why something is not.</param>
public sealed class RuleGuard(
    Lazy<Task<HitCost>> cost, ProgramRunTimes programs, double totalBudgetPercent, HarmGuard harm, RuleTable rules)
{
    private readonly BudgetGuard _budget = new(totalBudgetPercent);

    // True while no rule has cost anything: then only a hit can change that.
    private bool _isAtRest;

    /// <summary>The receiver of reports.</summary>
    public required IGuardListener Listener { get; init; }

    /// <summary>Finds out which probes were hit since the last call, and whether any was: see <see cref="AttachedProbe.WasHit"/>.</summary>
    public required Func<bool> TakeHits { get; init; }

    /// <summary>True when programs are measured; null before the first try.</summary>
    public bool? MeasuresPrograms => programs.IsPermitted;

    /// <summary>Reports how probed processes ended. To be called often: each call may spare the next one.</summary>
    /// <returns>The rules to detach now, which stay detached until they change.</returns>
    public IReadOnlyList<string> CheckHarm()
    {
        var (reports, verdicts) = harm.Check(() => [.. rules.Attached.Select(one => new ProbingRule(
            one.Name, one.Since, [.. one.Files.Select(file => file.File.Identity.Inode).Distinct()]))]);
        foreach (var report in reports)
        {
            Listener.Ended(report);
        }

        var leaving = new List<string>();
        foreach (var (suspects, evidence) in verdicts)
        {
            foreach (var rule in suspects.Select(rules.Find).OfType<ManagedRule>().Where(rule => rule.Attached is not null))
            {
                rule.Suspicion = $"harm suspected: {evidence}; it stays detached until it changes";
                Listener.Harmful(rule.Attached!.Rule, rule.Suspicion);
                leaving.Add(rule.Name);
            }
        }

        return leaving;
    }

    /// <summary>
    /// Judges lifetimes and budgets; call it about once a second. Rules that are not hit cost nothing, and hardly any time here.
    /// </summary>
    /// <returns>The rules to detach now; null when there is nothing new about any rule.</returns>
    public IReadOnlyList<string>? Check(TimeSpan now)
    {
        var leaving = new List<string>();
        foreach (var rule in rules.Active)
        {
            var desired = rule.Desired!.Rule;
            if (rule.Lifetime.Ends(desired.Ttl, now))
            {
                Listener.Expired(desired, desired.Ttl ?? default);
                leaving.Add(rule.Name);
            }
        }

        var isNews = CheckCosts(leaving, now);
        return isNews || leaving.Count > 0 ? leaving : null;
    }

    /// <returns>False when no rule costs anything, now or a second ago, or that is not known.</returns>
    private bool CheckCosts(List<string> leaving, TimeSpan now)
    {
        if (!TakeHits() && _isAtRest)
        {
            _budget.Rest(now);
            return false;
        }

        var costly = new List<ManagedRule>();
        foreach (var rule in rules.Held)
        {
            if (rule.Attached!.WasHit || !rule.Budget.IsAtRest)
            {
                rule.Attached.Counters.NoteChange();
                costly.Add(rule);
            }
        }

        _isAtRest = costly.Count == 0;
        if (_isAtRest || !cost.Value.IsCompletedSuccessfully)
        {
            _budget.Rest(now);
            return false;
        }

        programs.Update([.. rules.Attached], now);
        var costs = costly.ConvertAll(rule => CostOf(rule, cost.Value.Result));
        foreach (var verdict in _budget.Check(costs, now).Where(verdict => !leaving.Contains(verdict.Rule)))
        {
            Listener.Suspended(rules.FindAttached(verdict.Rule)!.Rule, verdict);
            leaving.Add(verdict.Rule);
        }

        return true;
    }

    private RuleCost CostOf(ManagedRule rule, HitCost cost)
    {
        var probe = rule.Attached!;
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
        return new RuleCost(rule.Budget, probe.Counters.CostNs, double.IsInfinity(budget) ? null : budget);
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
