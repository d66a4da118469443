namespace TraceAgent.Rules;

/// <summary>The defaults of the agent configuration for rules that do not say otherwise.</summary>
public sealed record RuleDefaults
{
    /// <summary>The budget of a rule in percent of one CPU, <see cref="Rule.NoBudget"/> for none.</summary>
    public double BudgetPercent { get; init; } = 20;

    /// <summary>The budget of all rules with a budget together, in percent of one CPU.</summary>
    public double TotalBudgetPercent { get; init; } = 50;

    /// <summary>The limit of a rule in events per second, or <see cref="Rule.NoLimit"/>.</summary>
    public int LimitPerSecond { get; init; } = Rule.NoLimit;

    /// <summary>The time for which a rule is active, or <see cref="Rule.NoTtl"/>.</summary>
    public TimeSpan Ttl { get; init; } = Rule.NoTtl;

    /// <summary>The rule with the defaults in place of what it does not say.</summary>
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

    /// <summary>The rule with the defaults in place of what it does not say.</summary>
    public PacketRule Complete(PacketRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule with { Ttl = rule.Ttl ?? Ttl };
    }
}
