using TraceAgent.Capture;
using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Events;

/// <summary>
/// How the events of one attached probe look: all that is the same for every event, made once. Immutable; to reshape a rule is
/// to swap the reference.
/// </summary>
internal sealed class EventShape
{
    private readonly KindShape?[] _kinds;

    private EventShape(KindShape?[] kinds) => _kinds = kinds;

    /// <summary>The shape of a rule's events under a plan.</summary>
    /// <param name="rule">Says names, types, messages, level and labels.</param>
    /// <param name="plan">Its entry fields are the rule's arguments and its only return field the return value.</param>
    /// <param name="sites">In the order of their cookies.</param>
    /// <exception cref="ArgumentException">The plan is not one of this rule.</exception>
    public static EventShape Of(Rule rule, CapturePlan plan, EquatableArray<ProbeSite> sites) =>
        Of(rule, plan, sites, kind => ValuesOf(rule, kind));

    /// <summary>The same with other values than the rule's own.</summary>
    public static EventShape Of(
        Rule rule, CapturePlan plan, EquatableArray<ProbeSite> sites, Func<EventKind, IReadOnlyList<ShownField>> valuesOf)
    {
        var kinds = new KindShape?[(int)EventKind.Call + 1];
        foreach (var kind in plan.Kinds)
        {
            kinds[(int)kind] = KindShape.Of(kind, rule, plan, sites, valuesOf(kind));
        }

        return new EventShape(kinds);
    }

    private static List<ShownField> ValuesOf(Rule rule, EventKind kind)
    {
        List<ShownField> values = kind == EventKind.Return
            ? []
            : [.. rule.Arguments.Select((a, i) => new ShownField(a.Name, a.Type, i, IsReturnValue: false, IsRedacted: false))];
        if (kind != EventKind.Entry)
        {
            values.Add(new ShownField("ret", rule.Return, values.Count, IsReturnValue: true, IsRedacted: false));
        }

        return values;
    }

    /// <summary>The shape of one kind; null when this probe makes no such event.</summary>
    public KindShape? Find(uint kind) => kind < (uint)_kinds.Length ? _kinds[kind] : null;
}
