using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding.Captures;

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
