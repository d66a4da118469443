using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.Rules.Binding;

/// <summary>One value that an event shows.</summary>
/// <param name="Name">The name as in the rule; <c>ret</c> for the return value.</param>
/// <param name="Type">The type that decides how it is shown.</param>
/// <param name="FieldIndex">The index into <see cref="CapturePlan.FieldsOf"/>.</param>
/// <param name="IsReturnValue">True for the return value, which is not under <c>args</c>.</param>
public sealed record CapturedValue(string Name, CaptureType Type, int FieldIndex, bool IsReturnValue)
{
    /// <summary>True for a value that the rule does not capture, but its message names: one of <see cref="ContextField"/>.</summary>
    public bool IsOfEvent { get; init; }
}
