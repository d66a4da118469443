using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Captures;

namespace TraceAgent.Rules.Binding.Plans;

/// <summary>One value that an event shows.</summary>
/// <param name="Name">The name as in the rule; <c>ret</c> for the return value.</param>
/// <param name="Type">The type that decides how it is shown.</param>
/// <param name="FieldIndex">The index into <see cref="CapturePlan.FieldsOf"/>; <see cref="NoField"/> for none.</param>
/// <param name="IsReturnValue">True for the return value, which is not under <c>args</c>.</param>
public sealed record CapturedValue(string Name, CaptureType Type, int FieldIndex, bool IsReturnValue)
{
    /// <summary>The field of a value that is known to be missing before any hit.</summary>
    public const int NoField = -1;

    /// <summary>The names from a structure to its member; empty for a value that is no member.</summary>
    public EquatableArray<string> Path { get; init; }

    /// <summary>The place of the value in its field, which has the memory of a structure; null for a field of its own.</summary>
    public ValuePart? Part { get; init; }

    /// <summary>Why there is never a value at these sites; <see cref="Outcome.Ok"/> when there is one.</summary>
    public Outcome WhyMissing { get; init; }

    /// <summary>True for a value that the rule does not capture, but its message names: one of <see cref="ContextField"/>.</summary>
    public bool IsOfEvent { get; init; }
}
