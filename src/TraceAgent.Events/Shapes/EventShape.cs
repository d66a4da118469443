using TraceAgent.Capture.Plans;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;

namespace TraceAgent.Events.Shapes;

/// <summary>
/// The shape of the events of one attached probe: all that is the same for every event, made once. Immutable; to reshape a rule
/// is to swap the reference.
/// </summary>
public sealed class EventShape
{
    private readonly KindShape?[] _kinds;

    private EventShape(KindShape?[] kinds, string? output) => (_kinds, Output) = (kinds, output);

    /// <summary>The name of the output that the rule wants; null for all.</summary>
    public string? Output { get; }

    /// <summary>The shape of a rule's events at places of one kind.</summary>
    /// <param name="rule">The rule, with level, labels and what is redacted.</param>
    /// <param name="bound">The rule at these places: what is captured, and the messages.</param>
    /// <param name="sites">The sites in the order of their cookies.</param>
    /// <exception cref="ArgumentException">The plan is not one of this rule.</exception>
    public static EventShape Of(Rule rule, BoundRule bound, IReadOnlyList<SiteName> sites)
    {
        var redaction = new Redaction(rule.Redact, rule.NotSecret);
        return Of(rule, bound, sites, redaction.Applies);
    }

    /// <summary>The shape with other values redacted than the rule says.</summary>
    public static EventShape Of(Rule rule, BoundRule bound, IReadOnlyList<SiteName> sites, Predicate<string> isRedacted)
    {
        SiteName[] names = [.. sites];
        var kinds = new KindShape?[(int)EventKind.Call + 1];
        foreach (var kind in bound.Plan.Kinds)
        {
            ShownField[] values =
                [.. bound.ValuesOf(kind).Select(v => new ShownField(v, v.Path.Append(v.Name).Any(name => isRedacted(name)))
                {
                    NotSecret = rule.NotSecret,
                })];
            kinds[(int)kind] = new KindShape(kind, rule, bound, names, values);
        }

        return new EventShape(kinds, rule.Output?.Value);
    }

    /// <summary>The shape of one kind; null when this probe makes no such event.</summary>
    public KindShape? Find(uint kind) => kind < (uint)_kinds.Length ? _kinds[kind] : null;
}
