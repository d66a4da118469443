using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding;

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

/// <summary>One captured argument: the first register or place on the stack that it is passed in (from 0), name and type.</summary>
internal sealed record Parameter(int Index, string Name, CaptureType Type)
{
    /// <summary>True when the rule does not say its type: it is what the place says.</summary>
    public bool IsUntyped { get; init; }

    /// <summary>True when what is at its address is read when the function returns.</summary>
    public bool IsAtReturn { get; init; }

    /// <summary>The number of bytes or elements, when another value says it; null when none does.</summary>
    public Term? Length { get; init; }
}

/// <summary>A value of <c>capture:</c>, or a result with a name.</summary>
internal sealed record ComputedValue(string Name, CaptureType Type, Term Value)
{
    /// <summary>The number of bytes or elements, when another value says it; null when none does.</summary>
    public Term? Length { get; init; }

    /// <summary>The names from a structure to its member; empty for a value that is no member.</summary>
    public EquatableArray<string> Path { get; init; }

    /// <summary>The memory that is copied and has the value; null for a value that is read by itself.</summary>
    public MemoryBlock? Block { get; init; }

    /// <summary>The place of the value in <see cref="Block"/>; null without one.</summary>
    public ValuePart? Part { get; init; }

    /// <summary>The structure that the value is; null for every other value.</summary>
    public Bound? Structure { get; init; }

    /// <summary>Why there is no value, which is known before any hit; <see cref="Outcome.Ok"/> when there is one.</summary>
    public Outcome WhyMissing { get; init; }

    public bool NeedsReturn => Value.NeedsReturn || Length is { NeedsReturn: true };

    public bool NeedsEntry => Value.NeedsEntry || Length is { NeedsEntry: true };
}

/// <summary>Memory that is copied as a whole.</summary>
/// <param name="Address">The address.</param>
/// <param name="Size">Bytes, at most <see cref="StructureLimits.MostBytes"/>.</param>
internal sealed record MemoryBlock(Term Address, int Size);
