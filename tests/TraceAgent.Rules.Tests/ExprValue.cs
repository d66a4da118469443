using TraceAgent.Capture.Plans;

namespace TraceAgent.Rules.Tests;

/// <summary>What the kernel computes, computed here.</summary>
internal sealed record ExprValue(Func<int, long> Register, Func<int, long> EntryField)
{
    public long Of(Expr expr) => unchecked(expr switch
    {
        Expr.Constant constant => constant.Value,
        Expr.Register register => Register(register.Number),
        Expr.EntryField field => EntryField(field.Index),
        Expr.Unary { Operator: UnaryOperator.Negate } unary => -Of(unary.Operand),
        Expr.Unary { Operator: UnaryOperator.Complement } unary => ~Of(unary.Operand),
        Expr.Unary unary => Of(unary.Operand) == 0 ? 1 : 0,
        Expr.Extend extend => Extend(Of(extend.Operand), extend.Size, extend.Signed),
        Expr.Binary { Operator: BinaryOperator.AndAlso } binary => Of(binary.Left) != 0 && Of(binary.Right) != 0 ? 1 : 0,
        Expr.Binary { Operator: BinaryOperator.OrElse } binary => Of(binary.Left) != 0 || Of(binary.Right) != 0 ? 1 : 0,
        Expr.Binary binary => Binary(binary.Operator, Of(binary.Left), Of(binary.Right)),
        _ => throw new ArgumentOutOfRangeException(nameof(expr)),
    });

    private static long Extend(long value, int size, bool signed)
    {
        var unused = 64 - (8 * size);
        return signed ? value << unused >> unused : value << unused >>> unused;
    }

    private static long Binary(BinaryOperator op, long left, long right) => unchecked(op switch
    {
        BinaryOperator.Add => left + right,
        BinaryOperator.Subtract => left - right,
        BinaryOperator.Multiply => left * right,
        BinaryOperator.Divide => right == 0 ? 0 : (long)((ulong)left / (ulong)right),
        BinaryOperator.Modulo => right == 0 ? left : (long)((ulong)left % (ulong)right),
        BinaryOperator.And => left & right,
        BinaryOperator.Or => left | right,
        BinaryOperator.Xor => left ^ right,
        BinaryOperator.ShiftLeft => left << (int)right,
        BinaryOperator.ShiftRight => left >>> (int)right,
        BinaryOperator.ShiftRightArithmetic => left >> (int)right,
        BinaryOperator.Equal => left == right ? 1 : 0,
        BinaryOperator.NotEqual => left != right ? 1 : 0,
        BinaryOperator.Less => left < right ? 1 : 0,
        BinaryOperator.LessOrEqual => left <= right ? 1 : 0,
        BinaryOperator.Greater => left > right ? 1 : 0,
        BinaryOperator.GreaterOrEqual => left >= right ? 1 : 0,
        BinaryOperator.Below => (ulong)left < (ulong)right ? 1 : 0,
        BinaryOperator.BelowOrEqual => (ulong)left <= (ulong)right ? 1 : 0,
        BinaryOperator.Above => (ulong)left > (ulong)right ? 1 : 0,
        BinaryOperator.AboveOrEqual => (ulong)left >= (ulong)right ? 1 : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    });
}
