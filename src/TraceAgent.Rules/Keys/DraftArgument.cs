using TraceAgent.Rules.Types;
using TraceAgent.Rules.Yaml;

namespace TraceAgent.Rules.Keys;

/// <summary>An argument as it was written.</summary>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Register">The first of the registers that it is passed in, or of the places on the stack behind them, from 0.</param>
/// <param name="Name">Good as a name.</param>
/// <param name="Spec">Its type; the default where the written one was wrong, which is reported.</param>
/// <param name="Source">The text that the positions in <paramref name="Spec"/> count in; null when it has none.</param>
internal sealed record DraftArgument(int Index, int Register, string Name, TypeSpec Spec, YamlScalar? Source)
{
    /// <summary>No type was written.</summary>
    public bool IsUntyped => Source is null && Spec == TypeSpec.Default;

    public Term Value => new Term.Argument(Register);

    /// <summary>What is in the second register, of a type that takes two.</summary>
    public Term Second => new Term.Argument(Register + 1);

    /// <summary>Its other name, which holds unless another argument has it as its own.</summary>
    public string Alias => $"arg{Index + 1}";
}
