using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys;

/// <summary>An argument as it was written, or a result.</summary>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Register">The first of the registers that it is passed in, or of the places on the stack behind them, from 0.</param>
/// <param name="Name">Good as a name.</param>
/// <param name="Spec">Its type; the default where the written one was wrong, which is reported.</param>
/// <param name="Source">The text that the positions in <paramref name="Spec"/> count in; null when it has none.</param>
internal sealed record DraftArgument(int Index, int Register, string Name, TypeSpec Spec, YamlScalar? Source)
{
    /// <summary>No type was written.</summary>
    public bool IsUntyped => Source is null && Spec == TypeSpec.Default;

    /// <summary>Where its name stands.</summary>
    public SourceSpan At { get; init; }

    /// <summary>It is one of the results.</summary>
    public bool IsResult { get; init; }

    public Term Value => In(Spec.ValueRegister);

    /// <summary>What is in one of its registers, from 0.</summary>
    public Term In(int register) => IsResult ? new Term.Result(Register + register) : new Term.Argument(Register + register);

    /// <summary>Its other name, which holds unless another argument has it as its own.</summary>
    public string Alias => $"arg{Index + 1}";
}
