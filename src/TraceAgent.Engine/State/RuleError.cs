using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.State;

/// <summary>An error because of which a rule, or a file's new text, is not active.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Rule">The rule's name and place; null when the error is in none, or the file is too broken to tell.</param>
/// <param name="Reason">The first error of the rule, or of the file outside of its rules, with its position.</param>
/// <param name="IsPackets">True for a packet rule.</param>
public sealed record RuleError(string File, Located<string>? Rule, string Reason, bool IsPackets = false)
{
    /// <summary>True when nothing is wrong with the rule itself: other errors of its file keep it from being active.</summary>
    public bool Waits { get; init; }
}
