namespace TraceAgent.Capture;

/// <summary>A value that a rule names by its number, at sites of one kind.</summary>
/// <param name="Read">How it is read; null when it is not there.</param>
/// <param name="Type">What it is when the rule does not say.</param>
/// <param name="WhyMissing">Why it is not there, in a few words; null when there is nothing to say.</param>
public sealed record SiteValue(Expr? Read, CaptureType Type, string? WhyMissing)
{
    public static SiteValue Of(Expr? read) => new(read, CaptureType.Default, null);

    public static SiteValue Missing(string reason) => new(null, CaptureType.Default, reason);
}
