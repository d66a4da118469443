namespace TraceAgent.Capture;

/// <summary>The C calling convention: integer arguments in registers, then on the stack.</summary>
public sealed record CSiteAbi(Architecture Architecture) : SiteAbi(Architecture)
{
    public static CSiteAbi X64 { get; } = new(Architecture.X64);

    /// <inheritdoc/>
    public override Expr Argument(int index) => Architecture.Argument(index);

    /// <inheritdoc/>
    public override Expr ReturnValue => Architecture.ReturnValue;

    /// <inheritdoc/>
    public override Expr SecondReturnValue => new Expr.Register(Architecture.SecondReturnRegister);
}
