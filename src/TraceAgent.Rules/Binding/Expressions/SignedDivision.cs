using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding.Expressions;

/// <summary>
/// Division as C has it. The kernel's instructions before set v4 have only the unsigned part: so the magnitudes are divided, and
/// the sign is put back. Division by 0 gives 0, and the remainder of that is the left side.
/// </summary>
internal static class SignedDivision
{
    /// <summary>The factor by which it costs more than its operands.</summary>
    public const int Factor = 5;

    public static Term Quotient(Bound left, Bound right) => WithSign(
        new Term.Binary(BinaryOperator.Divide, Magnitude(left), Magnitude(right)),
        (SignOf(left), SignOf(right)) switch
        {
            (null, var sign) => sign,
            (var sign, null) => sign,
            var (one, other) => new Term.Binary(BinaryOperator.Xor, one, other),
        });

    public static Term Remainder(Bound left, Bound right) =>
        WithSign(new Term.Binary(BinaryOperator.Modulo, Magnitude(left), Magnitude(right)), SignOf(left));

    /// <summary>The sign as a mask: all ones for a negative value, else 0; null when it is never negative.</summary>
    private static Term? SignOf(Bound value) => value switch
    {
        { IsNeverNegative: true } => null,
        { Term: Term.Number } => new Term.Number(-1),
        _ => new Term.Binary(BinaryOperator.ShiftRightArithmetic, value.Term, new Term.Number(63)),
    };

    private static Term Magnitude(Bound value) => value switch
    {
        { IsNeverNegative: true } => value.Term,
        { Term: Term.Number number } => new Term.Number(unchecked(-number.Value)),
        _ => WithSign(value.Term, SignOf(value)),
    };

    /// <summary>The negative of the value where the sign is all ones.</summary>
    private static Term WithSign(Term value, Term? sign) => sign is null
        ? value
        : new Term.Binary(BinaryOperator.Subtract, new Term.Binary(BinaryOperator.Xor, value, sign), sign);
}
