using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>A value that an expression can name.</summary>
/// <param name="Name">The value's own name, also when an alias found it.</param>
/// <param name="Term">The value as 64 bits.</param>
/// <param name="Type">The type of the value.</param>
internal sealed record ScopedValue(string Name, Term Term, StaticType Type)
{
    /// <summary>The number of bytes, units or elements that the value is; null for what is no number.</summary>
    public Term? AsCount() => Type switch
    {
        StaticType.Integer { Size: 8, Signed: false } => Positive(Term),
        StaticType.Integer => Term,
        _ => null,
    };

    /// <summary>
    /// The length, where a negative one counts as 0. An unsigned one has no sign: where its first bit is set, half of it is still
    /// more than any value has.
    /// </summary>
    private static Term.Binary Positive(Term unsigned) =>
        new(BinaryOperator.ShiftRight, unsigned, new Term.Binary(BinaryOperator.ShiftRight, unsigned, new Term.Number(63)));
}
