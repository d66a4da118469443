using TraceAgent.Rules;

namespace TraceAgent.Engine.Sources;

/// <summary>One rule file as it was read last.</summary>
/// <param name="Path">The path as found: the folder that the user named, and the file's name.</param>
/// <param name="Content">The content.</param>
public sealed record RuleFileVersion(string Path, RuleFile Content);
