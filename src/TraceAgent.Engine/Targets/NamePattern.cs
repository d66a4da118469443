using TraceAgent.Capture;

namespace TraceAgent.Engine.Targets;

/// <summary>Patterns of one name, as in shells.</summary>
internal static class NamePattern
{
    /// <summary>True when the name matches. A name that begins with a dot matches only a pattern that does.</summary>
    public static bool Matches(string pattern, string name) =>
        (!name.StartsWith('.') || pattern.StartsWith('.')) && Wildcard.Matches(pattern, name);
}
