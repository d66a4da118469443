using System.Numerics;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Tests;

/// <summary>
/// What a written expression gives, by C's rules on 64 bits and in numbers of any size: a second opinion on types, signs
/// and division.
/// </summary>
internal readonly record struct CNumber(BigInteger Value, bool Unsigned)
{
    private static readonly BigInteger Range = BigInteger.One << 64;

    public long Bits => unchecked((long)(ulong)(((Value % Range) + Range) % Range));

    public static CNumber Of(Syntax syntax, Func<string, CNumber> named)
    {
        switch (syntax)
        {
            case Syntax.Number number:
                return new CNumber(number.Value, number.Value > long.MaxValue);
            case Syntax.Name name:
                return named(name.Value);
            case Syntax.Cast cast:
                return Cast(cast.To.Static!, Of(cast.Operand, named));
            case Syntax.Unary unary:
                var operand = Of(unary.Operand, named);
                return unary.Sign switch
                {
                    "!" => Truth(operand.Value.IsZero),
                    "-" => Wrap(-operand.Value, operand.Unsigned),
                    _ => Wrap(-operand.Value - 1, operand.Unsigned),
                };
            case Syntax.Binary binary:
                return Binary(binary.Sign, Of(binary.Left, named), Of(binary.Right, named));
            default:
                throw new ArgumentOutOfRangeException(nameof(syntax));
        }
    }

    public static CNumber Cast(StaticType type, CNumber value) => type switch
    {
        StaticType.Bool => Truth(!value.Value.IsZero),
        StaticType.Integer { Size: 8 } integer => Wrap(value.Value, !integer.Signed),
        _ => new CNumber(Narrow(value.Value, type.Width * 8, type.IsSigned), false),
    };

    private static CNumber Binary(string sign, CNumber left, CNumber right)
    {
        var unsigned = left.Unsigned || right.Unsigned;
        var (l, r) = (Wrap(left.Value, unsigned).Value, Wrap(right.Value, unsigned).Value);
        var shift = (int)(ulong)right.Bits & 63;
        return sign switch
        {
            "+" => Wrap(l + r, unsigned),
            "-" => Wrap(l - r, unsigned),
            "*" => Wrap(l * r, unsigned),
            "/" => Wrap(r.IsZero ? 0 : BigInteger.Divide(l, r), unsigned),
            "%" => Wrap(r.IsZero ? l : BigInteger.Remainder(l, r), unsigned),
            "&" => Wrap(l & r, unsigned),
            "|" => Wrap(l | r, unsigned),
            "^" => Wrap(l ^ r, unsigned),
            "<<" => Wrap(left.Value << shift, left.Unsigned),
            ">>" => Wrap(left.Value >> shift, left.Unsigned),
            "==" => Truth(l == r),
            "!=" => Truth(l != r),
            "<" => Truth(l < r),
            "<=" => Truth(l <= r),
            ">" => Truth(l > r),
            ">=" => Truth(l >= r),
            "&&" => Truth(!left.Value.IsZero && !right.Value.IsZero),
            "||" => Truth(!left.Value.IsZero || !right.Value.IsZero),
            _ => throw new ArgumentOutOfRangeException(nameof(sign)),
        };
    }

    private static CNumber Truth(bool value) => new(value ? 1 : 0, false);

    private static CNumber Wrap(BigInteger value, bool unsigned) => new(Narrow(value, 64, !unsigned), unsigned);

    private static BigInteger Narrow(BigInteger value, int bits, bool signed)
    {
        var range = BigInteger.One << bits;
        var low = ((value % range) + range) % range;
        return signed && low >= range / 2 ? low - range : low;
    }
}
