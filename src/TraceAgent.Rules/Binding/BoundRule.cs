using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Plans;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding;

/// <summary>A rule at places of one kind: what is captured there and what events show, or why it cannot be bound there.</summary>
public sealed class BoundRule
{
    private readonly CapturePlan? _plan;
    private readonly Func<EventKind, IReadOnlyList<CapturedValue>> _valuesOf;

    /// <param name="abi">The kind of place.</param>
    /// <param name="plan">The plan of what is captured.</param>
    /// <param name="messages">The messages, one for each kind of event.</param>
    /// <param name="valuesOf">The values that an event of a kind shows.</param>
    public BoundRule(
        SiteAbi abi, CapturePlan plan, EquatableArray<EventMessage> messages, Func<EventKind, IReadOnlyList<CapturedValue>> valuesOf)
    {
        ArgumentNullException.ThrowIfNull(plan);
        (Abi, _plan, Messages) = (abi, plan, messages);
        var values = plan.Kinds.ToDictionary(kind => kind, valuesOf);
        _valuesOf = kind => values.GetValueOrDefault(kind) ?? [];
    }

    private BoundRule(SiteAbi abi, EquatableArray<Diagnostic> problems)
    {
        (Abi, Problems) = (abi, problems);
        _valuesOf = _ => [];
    }

    /// <summary>The kind of place.</summary>
    public SiteAbi Abi { get; }

    /// <summary>
    /// The errors at their places in the rule file, such as values that these places do not have; empty when there is a plan.
    /// </summary>
    public EquatableArray<Diagnostic> Problems { get; }

    /// <summary>The plan of what is captured.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="Problems"/>.</exception>
    public CapturePlan Plan => _plan
        ?? throw new InvalidOperationException($"no plan: {string.Join("; ", Problems.Select(problem => problem.Message))}");

    public EquatableArray<EventMessage> Messages { get; }

    /// <summary>
    /// The values that an event of this kind shows: arguments, computed values, the return value, and the context fields that its
    /// message names. Fields that only conditions need are not among them.
    /// </summary>
    public IReadOnlyList<CapturedValue> ValuesOf(EventKind kind) => _valuesOf(kind);

    /// <summary>The names of functions by which values are shown; null when none is a pointer to one.</summary>
    public FunctionNames? FunctionNames =>
        Plan.Kinds.SelectMany(ValuesOf).Select(value => value.Type.Functions).FirstOrDefault(names => names is not null);

    /// <summary>Binds a rule that was read without errors.</summary>
    public static BoundRule Of(Rule rule, SiteAbi abi)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(abi);
        var bag = new DiagnosticBag();
        var place = PlaceScope.Of(abi);
        var terms = TermsOf(rule, place, bag);
        var problems = MissingValues.Of(rule, terms, place)
            .Concat(bag.InOrder().Where(problem => problem.Severity == Severity.Error))
            .Concat(MissingValues.Unmarked(rule, terms)).ToEquatableArray();
        if (problems.Count > 0)
        {
            return new BoundRule(abi, problems);
        }

        var fields = new PlanFields(rule, terms, place);
        return new BoundRule(abi, fields.Plan(), terms.Messages, fields.ValuesOf);
    }

    /// <summary>Binds the texts of a rule at places of this kind; what cannot be bound is reported.</summary>
    internal static RuleTerms TermsOf(Rule rule, PlaceScope place, DiagnosticBag bag) => new RuleBinder(
        rule.Syntax, rule.On, new Redaction(rule.Redact, rule.NotSecret), place, bag).Bind();
}
