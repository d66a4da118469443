using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.Capture.Abi;

/// <summary>A value that a rule names by its number, at sites of one kind.</summary>
/// <param name="Read">The expression that reads it; null when it is missing.</param>
/// <param name="Type">The type when the rule does not say one.</param>
/// <param name="WhyMissing">The reason why it is missing, in a few words; null when there is none to say.</param>
public sealed record SiteValue(Expr? Read, CaptureType Type, string? WhyMissing)
{
    public static SiteValue Of(Expr? read) => new(read, CaptureType.Default, null);

    public static SiteValue Missing(string reason) => new(null, CaptureType.Default, reason);
}
