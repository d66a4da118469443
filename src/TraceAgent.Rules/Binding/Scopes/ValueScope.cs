using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>The meaning of names in an expression.</summary>
internal abstract class ValueScope
{
    /// <summary>The names, for suggestions.</summary>
    public abstract IEnumerable<string> Names { get; }

    /// <summary>True when types have the members that they have in the program.</summary>
    public virtual bool KnowsTypes => false;

    /// <summary>The type of the program of this name, with its namespaces; null when there is none.</summary>
    public virtual StaticType? FindType(string name) => null;

    /// <summary>The value of this name; null when there is none.</summary>
    public abstract ScopedValue? Find(string name);

    /// <summary>
    /// The reason why there is no value of this name, and what would make one; null for a name that is unknown everywhere.
    /// </summary>
    public abstract string? WhyNot(string name);
}
