using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Reconciling;

/// <summary>What a rule captures, on the architecture of its binary.</summary>
internal static class PlanBuilder
{
    public static CapturePlan Build(Rule rule, Architecture architecture)
    {
        var onEntry = rule.On is ProbeMoment.Return
            ? []
            : rule.Arguments.Select(argument => argument.Type.Capture(architecture.Argument(argument.Index))).ToEquatableArray();
        EquatableArray<CaptureField> onReturn = rule.On is ProbeMoment.Entry ? [] : [rule.Return.Capture(architecture.ReturnValue)];
        return new CapturePlan(architecture, rule.On, onEntry, onReturn);
    }

    public static bool NeedsReturn(Rule rule) => rule.On is not ProbeMoment.Entry;
}
