namespace TraceAgent.Rules.Binding;

/// <summary>What names mean in an expression.</summary>
internal abstract class ValueScope
{
    /// <summary>The names, for suggestions.</summary>
    public abstract IEnumerable<string> Names { get; }

    /// <summary>The value of this name; null when there is none.</summary>
    public abstract ScopedValue? Find(string name);

    /// <summary>Why there is no value of this name, and what would make one; null for a name that nobody knows.</summary>
    public abstract string? WhyNot(string name);
}
