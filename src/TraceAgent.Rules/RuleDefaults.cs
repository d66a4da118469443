namespace TraceAgent.Rules;

/// <summary>What the agent configuration says for rules that do not say otherwise.</summary>
public sealed record RuleDefaults
{
    /// <summary>Percent of one CPU that a rule may cost, <see cref="Rule.NoBudget"/> for any.</summary>
    public double BudgetPercent { get; init; } = 20;

    /// <summary>The same for all rules with a budget together.</summary>
    public double TotalBudgetPercent { get; init; } = 50;

    /// <summary>Events a second of a rule, or <see cref="Rule.NoLimit"/>.</summary>
    public int LimitPerSecond { get; init; } = Rule.NoLimit;

    /// <summary>How long a rule lives, or <see cref="Rule.NoTtl"/>.</summary>
    public TimeSpan Ttl { get; init; } = Rule.NoTtl;

    /// <summary>The rule with nothing left open.</summary>
    public Rule Complete(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule with
        {
            BudgetPercent = rule.BudgetPercent ?? BudgetPercent,
            LimitPerSecond = rule.LimitPerSecond ?? LimitPerSecond,
            Ttl = rule.Ttl ?? Ttl,
        };
    }

    /// <summary>The rule with nothing left open.</summary>
    public PacketRule Complete(PacketRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule with { Ttl = rule.Ttl ?? Ttl };
    }
}
