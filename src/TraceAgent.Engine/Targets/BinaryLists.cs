using TraceAgent.Capture;

namespace TraceAgent.Engine.Targets;

/// <summary>Patterns of paths: <c>*</c> and <c>?</c> stand for characters of one name, <c>**</c> for any names.</summary>
/// <param name="Allow">Only these may be probed; all when there are none.</param>
/// <param name="Deny">These may not, whatever <paramref name="Allow"/> says.</param>
public sealed record BinaryLists(EquatableArray<string> Allow, EquatableArray<string> Deny);
