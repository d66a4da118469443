using TraceAgent.Capture;

namespace TraceAgent.Engine.Targets;

/// <summary>
/// The patterns of paths in the agent configuration: <c>*</c> and <c>?</c> stand for characters of one name, <c>**</c> for any
/// names.
/// </summary>
/// <param name="Allow">The patterns of files that may be probed; empty for all.</param>
/// <param name="Deny">The patterns of files that must not be probed, whatever <paramref name="Allow"/> says.</param>
public sealed record BinaryLists(EquatableArray<string> Allow, EquatableArray<string> Deny);
