using TraceAgent.Capture;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding.Plans;

/// <summary>The bound texts of a rule at places of one kind, before it is known where its fields lie.</summary>
internal sealed record RuleTerms
{
    /// <summary>The captured arguments, in order.</summary>
    public EquatableArray<Parameter> Arguments { get; init; }

    /// <summary>
    /// The values that the return value is shown by: one, or the members of a structure. Empty when there is none to show: the function
    /// returns nothing, or the results are among <see cref="Captures"/>.
    /// </summary>
    public EquatableArray<ComputedValue> Returned { get; init; }

    /// <summary>The results that have names, then the computed values, each in the order of the file.</summary>
    public EquatableArray<ComputedValue> Captures { get; init; }

    /// <summary>The condition: an event happens only when it is not 0. Null for always.</summary>
    public Term? When { get; init; }

    /// <summary>The messages, one for each kind of event.</summary>
    public EquatableArray<EventMessage> Messages { get; init; }
}
