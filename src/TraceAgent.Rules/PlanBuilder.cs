using TraceAgent.Capture;
using TraceAgent.Rules.Lowering;

namespace TraceAgent.Rules;

/// <summary>What a rule captures, on the architecture of its binary.</summary>
public static class PlanBuilder
{
    public static CapturePlan Build(Rule rule, Architecture architecture) => new PlanFields(rule, architecture).Plan();

    /// <summary>The values that an event of this kind shows: arguments, computed values, the return value, and what its message wants to know of the hit. Fields that only conditions need are not among them.</summary>
    public static IReadOnlyList<CapturedValue> ValuesOf(Rule rule, Architecture architecture, EventKind kind) =>
        new PlanFields(rule, architecture).ValuesOf(kind);

    public static bool NeedsReturn(Rule rule) => rule.On is not ProbeMoment.Entry;
}

/// <summary>One value that an event shows.</summary>
/// <param name="Name">As the rule names it; <c>ret</c> for the return value.</param>
/// <param name="Type">How it is shown; the length of bytes is that of the plan.</param>
/// <param name="FieldIndex">Into <see cref="CapturePlan.FieldsOf"/>.</param>
/// <param name="IsReturnValue">Not under <c>args</c>.</param>
public sealed record CapturedValue(string Name, CaptureType Type, int FieldIndex, bool IsReturnValue)
{
    /// <summary>Not what the rule captures, but what its message wants to know of the hit: one of <see cref="OnDemand"/>.</summary>
    public bool IsOfEvent { get; init; }
}
