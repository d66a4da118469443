using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding;

/// <summary>A value that an expression can name.</summary>
/// <param name="Name">The value's own name, also when an alias found it.</param>
/// <param name="Term">The value as 64 bits.</param>
/// <param name="Type">The type of the value.</param>
internal sealed record ScopedValue(string Name, Term Term, StaticType Type);
