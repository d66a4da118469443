using TraceAgent.Capture.Abi;

namespace TraceAgent.Rules.Binding;

/// <summary>A rule, bound once to each kind of place that it leads to.</summary>
public sealed class RuleBindings(Rule rule)
{
    private readonly Dictionary<SiteAbi, BoundRule> _bound = [];

    /// <summary>True when places that do not have all that the rule asks for refuse it, whatever others have.</summary>
    public bool RefusesMissing => rule.Missing == MissingRule.Refuse;

    /// <summary>The rule at places of this kind.</summary>
    public BoundRule At(SiteAbi abi)
    {
        if (!_bound.TryGetValue(abi, out var bound))
        {
            _bound[abi] = bound = BoundRule.Of(rule, abi);
        }

        return bound;
    }
}
