using TraceAgent.Rules;

namespace TraceAgent.Watching;

/// <summary>One rule file as it was read last.</summary>
/// <param name="Path">As found: the folder that the user named, and the file's name.</param>
/// <param name="Content">What it says.</param>
internal sealed record RuleFileVersion(string Path, RuleFile Content);
