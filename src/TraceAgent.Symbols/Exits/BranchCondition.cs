using Iced.Intel;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Symbols.Exits;

/// <summary>
/// The conditions under which a direct x86-64 branch is taken, from the flags and registers before it (Intel SDM, volume 2, Jcc).
/// </summary>
internal static class BranchCondition
{
    private const int Carry = 0x1;
    private const int Parity = 0x4;
    private const int Zero = 0x40;
    private const int Sign = 0x80;
    private const int Overflow = 0x800;
    private const int SignBit = 7;
    private const int OverflowBit = 11;
    private const int Counter = 2;

    private static readonly Expr Flags = new Expr.Special(SpecialValue.Flags);

    /// <summary>Gets the condition of a branch; null in <paramref name="condition"/> when it is always taken.</summary>
    /// <returns>False for a branch whose condition is not known.</returns>
    public static bool TryGet(in Instruction branch, out Expr? condition)
    {
        condition = branch.FlowControl == FlowControl.UnconditionalBranch ? null : branch.Code switch
        {
            Code.Jrcxz_rel8_64 => Equal(new Expr.Register(Counter), 0),
            Code.Loop_rel8_64_RCX => Not(Equal(new Expr.Register(Counter), 1)),
            _ => OfFlags(branch.ConditionCode),
        };
        return condition is not null || branch.FlowControl == FlowControl.UnconditionalBranch;
    }

    private static Expr? OfFlags(ConditionCode code) => code switch
    {
        ConditionCode.o => Any(Overflow),
        ConditionCode.no => Not(Any(Overflow)),
        ConditionCode.b => Any(Carry),
        ConditionCode.ae => Not(Any(Carry)),
        ConditionCode.e => Any(Zero),
        ConditionCode.ne => Not(Any(Zero)),
        ConditionCode.be => Any(Carry | Zero),
        ConditionCode.a => Not(Any(Carry | Zero)),
        ConditionCode.s => Any(Sign),
        ConditionCode.ns => Not(Any(Sign)),
        ConditionCode.p => Any(Parity),
        ConditionCode.np => Not(Any(Parity)),
        ConditionCode.l => IsLess(),
        ConditionCode.ge => Not(IsLess()),
        ConditionCode.le => new Expr.Binary(BinaryOperator.OrElse, Any(Zero), IsLess()),
        ConditionCode.g => Not(new Expr.Binary(BinaryOperator.OrElse, Any(Zero), IsLess())),
        _ => null,
    };

    private static Expr.Binary Any(int flags) => new(BinaryOperator.And, Flags, new Expr.Constant(flags));

    private static Expr.Binary Equal(Expr value, long other) => new(BinaryOperator.Equal, value, new Expr.Constant(other));

    private static Expr.Unary Not(Expr value) => new(UnaryOperator.Not, value);

    private static Expr.Binary IsLess() => new(
        BinaryOperator.And, new Expr.Binary(BinaryOperator.Xor, Shifted(SignBit), Shifted(OverflowBit)), new Expr.Constant(1));

    private static Expr.Binary Shifted(int bit) => new(BinaryOperator.ShiftRight, Flags, new Expr.Constant(bit));
}
