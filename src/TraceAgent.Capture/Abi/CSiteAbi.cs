using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Abi;

/// <summary>The C calling convention: integer arguments in registers, then on the stack.</summary>
public sealed record CSiteAbi(Architecture Architecture) : CallAbi(Architecture)
{
    public static CSiteAbi X64 { get; } = new(Architecture.X64);

    /// <summary>
    /// The place of the convention that each argument has: see <see cref="CallForm.Places"/>. Empty when each has its own number.
    /// </summary>
    public EquatableArray<int> Places { get; init; }

    /// <inheritdoc/>
    public override Expr? Argument(int index) => Architecture.Argument(PlaceOf(index));

    /// <summary>The place of the convention that the argument word <paramref name="index"/> (from 0) has.</summary>
    public int PlaceOf(int index) => index < Places.Count ? Places[index] : index;

    /// <inheritdoc/>
    public override Expr? Result(int index) => index switch
    {
        0 => Architecture.ReturnValue,
        1 => new Expr.Register(Architecture.SecondReturnRegister),
        _ => null,
    };
}
