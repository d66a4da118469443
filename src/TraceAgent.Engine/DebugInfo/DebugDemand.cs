using TraceAgent.Capture;
using TraceAgent.Dwarf.Service;
using TraceAgent.Rules;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>The questions to the debug information of functions, besides their parameters.</summary>
/// <param name="Hops">See <see cref="DebugQuery.Parameters"/>.</param>
/// <param name="Names">Names of parameters, or of variables that are not of one call.</param>
public sealed record DebugDemand(int Hops, EquatableArray<string> Names)
{
    /// <summary>Names of types, with their namespaces.</summary>
    public EquatableArray<string> TypeNames { get; init; }

    /// <summary>The demand of a rule.</summary>
    public static DebugDemand Of(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new DebugDemand(rule.TypeHops, [.. rule.VariableNames.Take(DebugQuery.Parameters.MaxNames)])
        {
            TypeNames = [.. rule.TypeNames.Take(DebugQuery.Parameters.MaxNames)],
        };
    }
}
