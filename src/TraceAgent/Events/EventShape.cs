using TraceAgent.Capture;
using TraceAgent.Rules;
using TraceAgent.Rules.Lowering;

namespace TraceAgent.Events;

/// <summary>
/// How the events of one attached probe look: all that is the same for every event, made once. Immutable; to reshape a rule is
/// to swap the reference.
/// </summary>
internal sealed class EventShape
{
    private readonly KindShape?[] _kinds;

    private EventShape(KindShape?[] kinds, string? output) => (_kinds, Output) = (kinds, output);

    /// <summary>The name of the output that the rule wants; null for all.</summary>
    public string? Output { get; }

    /// <summary>The shape of a rule's events under a plan.</summary>
    /// <param name="rule">Says names, types, messages, level, labels and what is redacted.</param>
    /// <param name="abi">Where values are at the sites.</param>
    /// <param name="plan">The rule's own, for this <paramref name="abi"/>.</param>
    /// <param name="sites">In the order of their cookies.</param>
    /// <exception cref="ArgumentException">The plan is not one of this rule.</exception>
    public static EventShape Of(Rule rule, SiteAbi abi, CapturePlan plan, IReadOnlyList<SiteName> sites)
    {
        var redaction = new Redaction(rule.Redact, rule.NotSecret);
        return Of(
            rule, plan, sites,
            kind => [.. PlanBuilder.ValuesOf(rule, abi, kind).Select(v =>
                new ShownField(v, redaction.Applies(v.Name)) { NotSecret = rule.NotSecret })]);
    }

    /// <summary>The same with other values than the rule's own.</summary>
    public static EventShape Of(
        Rule rule, CapturePlan plan, IReadOnlyList<SiteName> sites, Func<EventKind, IReadOnlyList<ShownField>> valuesOf)
    {
        SiteName[] names = [.. sites];
        var kinds = new KindShape?[(int)EventKind.Call + 1];
        foreach (var kind in plan.Kinds)
        {
            kinds[(int)kind] = KindShape.Of(kind, rule, plan, names, valuesOf(kind));
        }

        return new EventShape(kinds, rule.Output?.Value);
    }

    /// <summary>The shape of one kind; null when this probe makes no such event.</summary>
    public KindShape? Find(uint kind) => kind < (uint)_kinds.Length ? _kinds[kind] : null;
}
