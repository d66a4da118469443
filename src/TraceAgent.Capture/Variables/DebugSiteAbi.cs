using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Variables;

/// <summary>The variables that debug information has at a site, with their types and where their values are.</summary>
public sealed record DebugSiteAbi : SiteAbi
{
    /// <param name="convention">The convention by which the function is called.</param>
    public DebugSiteAbi(SiteAbi convention)
        : base(convention)
    {
        Convention = convention;
    }

    /// <summary>The convention by which the function is called and returns.</summary>
    public SiteAbi Convention { get; }

    /// <summary>The types of the variables.</summary>
    public TypeTable Types { get; init; } = TypeTable.Empty;

    /// <summary>
    /// The distance at a hit from addresses of the file to those of the process; null where it cannot be told, or no value needs it.
    /// </summary>
    public Expr? Distance { get; init; }

    /// <summary>The indexes of types that were asked for by name.</summary>
    public EquatableArray<KeyValuePair<string, int>> NamedTypes { get; init; }

    /// <summary>The variables that the rule may name, in the order of the source; those of inner scopes first.</summary>
    public EquatableArray<SiteVariable> Variables { get; init; }

    /// <summary>
    /// The names of variables in scope that the rule does not name, for suggestions: two places that differ in nothing else are of one
    /// kind.
    /// </summary>
    public EquatableArray<string> Others { get; init; }

    /// <summary>True at a line of source, which events name.</summary>
    public bool IsLine { get; init; }

    /// <summary>The variables that are not of one call and that the rule names, with their places in the process.</summary>
    public EquatableArray<SiteStatic> Statics { get; init; }

    /// <summary>The result, with its place when the function returns; null for a function that returns nothing.</summary>
    public SiteVariable? Result { get; init; }

    /// <summary>True when the function may be called with more than its parameters.</summary>
    public bool TakesMore { get; init; }

    /// <inheritdoc/>
    public override int? GoroutineRegister => Convention.GoroutineRegister;

    /// <inheritdoc/>
    public override bool PairsCalls => Convention.PairsCalls;

    /// <summary>Equality by all but <see cref="Others"/>.</summary>
    public bool Equals(DebugSiteAbi? other) => base.Equals(other)
        && (Convention, IsLine, TakesMore, Result, Distance)
            == (other.Convention, other.IsLine, other.TakesMore, other.Result, other.Distance)
        && Variables == other.Variables && Statics == other.Statics
        && Types == other.Types && NamedTypes == other.NamedTypes;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Convention, Variables);
}

/// <summary>A variable or parameter at a site.</summary>
/// <param name="Name">The name as the source has it; empty for a parameter without one.</param>
/// <param name="Type">The index of its type; null when debug information does not say it.</param>
/// <param name="Place">The location of its value.</param>
public sealed record SiteVariable(string Name, int? Type, LocationPiece Place)
{
    /// <summary>True for a variable that is no parameter.</summary>
    public bool IsLocal { get; init; }

    /// <summary>The lines on which its value can be had, in words; empty when that is not known, or it can be had here.</summary>
    public string Lives { get; init; } = "";
}
