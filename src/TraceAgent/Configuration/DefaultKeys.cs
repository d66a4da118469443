using TraceAgent.Rules;
using TraceAgent.Rules.Keys.Lines;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The keys of <c>defaults:</c>. A wrong value is an error, and then no default is used.</summary>
internal static class DefaultKeys
{
    public static KeyTable<AgentDraft> Table { get; } = new(
        new Key<AgentDraft>(
            "budget",
            "What a rule may cost of one CPU before it is suspended: 20% unless it is set; none for no budget.",
            LimitValues.BudgetSchema,
            (agent, entry, bag) =>
                agent.Defaults = agent.Defaults with { BudgetPercent = LimitValues.Budget(entry, bag) ?? Rule.NoBudget }),
        new Key<AgentDraft>(
            "total_budget",
            "What all rules with a budget may cost together, of one CPU: 50% unless it is set. The costliest is suspended first.",
            LimitValues.BudgetSchema,
            (agent, entry, bag) =>
                agent.Defaults = agent.Defaults with { TotalBudgetPercent = LimitValues.Budget(entry, bag) ?? Rule.NoBudget }),
        new Key<AgentDraft>(
            "limit",
            "Events a second of a rule, such as 100/s: none unless it is set.",
            LimitValues.LimitSchema,
            (agent, entry, bag) => agent.Defaults = agent.Defaults with { LimitPerSecond = LimitValues.Limit(entry, bag) ?? Rule.NoLimit }),
        new Key<AgentDraft>(
            "ttl",
            "How long a rule lives, such as 24h: for ever unless it is set.",
            LimitValues.TtlSchema,
            (agent, entry, bag) => agent.Defaults = agent.Defaults with { Ttl = LimitValues.Ttl(entry, bag) ?? Rule.NoTtl }));
}
