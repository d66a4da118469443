namespace TraceAgent.Commands.Checks;

/// <summary>The codes of what only <c>traceagent check</c> finds.</summary>
internal static class CheckCodes
{
    /// <summary>The target does not exist yet.</summary>
    public const string Pending = "TA290";

    /// <summary>A folder holds no rule files.</summary>
    public const string NoFiles = "TA292";

    /// <summary>Two packet rules name one interface.</summary>
    public const string SharedInterface = "TA294";

    /// <summary>The rule needs more than a kernel program may have.</summary>
    public const string NotCompiled = "TA301";

    /// <summary>The kernel refused to load or attach the rule.</summary>
    public const string KernelRefused = "TA302";
}
