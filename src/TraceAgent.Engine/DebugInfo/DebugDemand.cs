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

    /// <summary>The demand of nobody.</summary>
    public static DebugDemand None { get; } = new(0, []);

    /// <summary>The demand with the types that another one asks for, too.</summary>
    public DebugDemand WithTypesOf(DebugDemand other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { Hops = Math.Max(Hops, other.Hops), TypeNames = [.. TypeNames.Union(other.TypeNames)] };
    }

    /// <summary>True when an answer to this one has all types that another one asks for.</summary>
    public bool HasTypesOf(DebugDemand other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Hops <= Hops && other.TypeNames.All(TypeNames.Contains);
    }

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
