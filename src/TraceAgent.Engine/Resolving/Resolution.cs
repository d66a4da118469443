using TraceAgent.Capture;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Resolving;

/// <summary>The result of resolving a rule on this machine.</summary>
/// <param name="Desired">The rule with what was looked up for it; its probe is null when the target is missing or
/// something was refused.</param>
/// <param name="Missing">The reason why the rule waits, in words; null when it does not.</param>
/// <param name="Diagnostics">Refusals and warnings, at their places in the rule file.</param>
public sealed record Resolution(RuleProbe Desired, string? Missing, EquatableArray<Diagnostic> Diagnostics)
{
    public Rule Rule => Desired.Rule;

    public Probe? Probe => Desired.Probe;

    public bool IsRefused => Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
}

/// <summary>Codes of what is wrong with the files that a target leads to, all together.</summary>
internal static class TargetCodes
{
    /// <summary>Warning: more files than one rule may be attached to.</summary>
    public const string TooManyFiles = "TA241";

    /// <summary>More files of one rule cannot be probed than are reported one by one.</summary>
    public const string OtherFiles = "TA242";

    /// <summary>The agent configuration does not let rules probe the file.</summary>
    public const string Denied = "TA243";
}
