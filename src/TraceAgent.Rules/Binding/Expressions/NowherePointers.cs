using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Expressions;

/// <summary>Finds pointers that the compiler kept nowhere, and that an expression needs for more than what they lead to.</summary>
internal static class NowherePointers
{
    /// <summary>The first of them; null when there is none.</summary>
    /// <param name="syntax">The expression.</param>
    /// <param name="scope">The values that it may name.</param>
    public static Syntax.Name? In(Syntax syntax, ValueScope scope) => syntax switch
    {
        Syntax.Name name => scope.Find(name.Value)?.Type is StaticType.PointerToValue ? name : null,
        Syntax.Member member => Behind(member.Base, scope),
        Syntax.Unary { Sign: "*" } load => Behind(load.Operand, scope),
        Syntax.Unary unary => In(unary.Operand, scope),
        Syntax.Index index => Behind(index.Base, scope) ?? In(index.Position, scope),
        Syntax.Binary binary => In(binary.Left, scope) ?? In(binary.Right, scope),
        Syntax.Cast cast => In(cast.Operand, scope),
        _ => null,
    };

    private static Syntax.Name? Behind(Syntax syntax, ValueScope scope) => syntax is Syntax.Name ? null : In(syntax, scope);
}
