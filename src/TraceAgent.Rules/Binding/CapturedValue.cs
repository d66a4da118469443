using TraceAgent.Capture;

namespace TraceAgent.Rules.Binding;

/// <summary>One value that an event shows.</summary>
/// <param name="Name">As the rule names it; <c>ret</c> for the return value.</param>
/// <param name="Type">How it is shown.</param>
/// <param name="FieldIndex">Into <see cref="CapturePlan.FieldsOf"/>.</param>
/// <param name="IsReturnValue">Not under <c>args</c>.</param>
public sealed record CapturedValue(string Name, CaptureType Type, int FieldIndex, bool IsReturnValue)
{
    /// <summary>Not what the rule captures, but what its message wants to know of the hit: one of <see cref="ContextField"/>.</summary>
    public bool IsOfEvent { get; init; }
}
