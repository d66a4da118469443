using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Reconciling;

/// <summary>Which of the rules in force may be attached now: those that have neither used up their time nor their budget.</summary>
/// <param name="measure">The cost of a hit on this machine; asked once, on a thread of its own.</param>
internal sealed class RuleGuard(Func<HitCost> measure, IGuardVoice voice)
{
    /// <summary>Percent of one CPU that a rule may cost the traced programs, unless it says otherwise.</summary>
    public const double DefaultBudgetPercent = 20;

    /// <summary>The same for all rules with a budget together.</summary>
    public const double AllRulesPercent = 50;

    private readonly Lazy<Task<HitCost>> _cost = new(() => Task.Run(measure));
    private readonly BudgetGuard _budget = new(AllRulesPercent);
    private readonly Dictionary<string, (Rule Rule, TimeSpan Since, bool Expired)> _known = [];

    /// <summary>What may be attached of what should be. An edited rule begins anew.</summary>
    public IReadOnlyList<DesiredProbe> Admit(IReadOnlyList<DesiredProbe> desired, TimeSpan now)
    {
        var names = desired.Select(one => one.Rule.Name.Value).ToHashSet();
        foreach (var gone in _known.Keys.Where(name => !names.Contains(name)).ToList())
        {
            _known.Remove(gone);
            _budget.Forget(gone);
        }

        foreach (var (rule, _) in desired)
        {
            var name = rule.Name.Value;
            if (!_known.TryGetValue(name, out var known) || known.Rule != rule)
            {
                _known[name] = (rule, now, false);
                _budget.Forget(name);
            }
        }

        return [.. desired.Where(one => !_known[one.Rule.Name.Value].Expired && !_budget.IsSuspended(one.Rule.Name.Value, now))];
    }

    /// <summary>To be called about once a second.</summary>
    /// <returns>The rules to take off now.</returns>
    public IReadOnlyList<string> Judge(IReadOnlyDictionary<string, AttachedProbe> attached, TimeSpan now)
    {
        var leaving = new List<string>();
        foreach (var (name, (rule, since, expired)) in _known.ToList())
        {
            if (!expired && rule.Ttl is { } ttl && now - since >= ttl)
            {
                _known[name] = (rule, since, true);
                voice.Expired(rule, ttl);
                leaving.Add(name);
            }
        }

        if (attached.Count == 0 || !_cost.Value.IsCompletedSuccessfully)
        {
            return leaving;
        }

        var costs = attached.Select(one => CostOf(one.Key, one.Value, _cost.Value.Result)).ToList();
        foreach (var verdict in _budget.Judge(costs, now).Where(verdict => !leaving.Contains(verdict.Rule)))
        {
            voice.Suspended(attached[verdict.Rule].Rule, verdict);
            leaving.Add(verdict.Rule);
        }

        return leaving;
    }

    private static RuleCost CostOf(string name, AttachedProbe probe, HitCost cost)
    {
        var perHit = probe.Parts.All(part => part.Sites.All(site => site.IsEmulated)) ? cost.EmulatedNs : cost.SteppedNs;
        var atInstructions = probe.Parts.Any(part => part.Loaded.Plan.ReturnsAtInstructions);
        var perReturn = atInstructions ? cost.SteppedNs : cost.ReturnNs;
        perHit = probe.Rule.On switch
        {
            ProbeMoment.Entry => perHit,
            ProbeMoment.Both => (perHit + perReturn) / 2,
            ProbeMoment.Return when atInstructions => perReturn,
            _ => perHit + perReturn,
        };
        var budget = probe.Rule.BudgetPercent ?? DefaultBudgetPercent;
        return new RuleCost(name, probe.Books.Hits * perHit, double.IsInfinity(budget) ? null : budget);
    }
}

/// <summary>What the guard has to tell the operator.</summary>
internal interface IGuardVoice
{
    void Suspended(Rule rule, Suspension suspension);

    void Expired(Rule rule, TimeSpan ttl);
}
