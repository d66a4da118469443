namespace TraceAgent.Capture;

/// <summary>The operands that the compiler wrote beside a USDT probe.</summary>
/// <param name="Architecture">Whose registers they name.</param>
/// <param name="Operands">In the order of the arguments.</param>
public sealed record UsdtSiteAbi(Architecture Architecture, EquatableArray<UsdtOperand> Operands) : SiteAbi(Architecture)
{
    /// <summary>Only its entry can be followed.</summary>
    public override Expr? Result(int index) => null;

    /// <inheritdoc/>
    public override Expr? Argument(int index) => index < Operands.Count ? Operands[index].Value : null;

    /// <inheritdoc/>
    public override CaptureType TypeOf(int index) => index < Operands.Count ? Operands[index].Type : CaptureType.Default;

    /// <inheritdoc/>
    public override string? WhyMissing(int index) => index < Operands.Count
        ? Operands[index].Refusal
        : Operands.Count switch
        {
            0 => "the probe has none",
            1 => "the probe has 1",
            var count => $"the probe has {count}",
        };
}

/// <summary>Where one argument of a USDT probe is.</summary>
/// <param name="Value">Widened from its own size, by its own sign; null when it cannot be had.</param>
/// <param name="Type">What it is when the rule does not say.</param>
/// <param name="Refusal">Why there is no value; else null.</param>
public sealed record UsdtOperand(Expr? Value, CaptureType Type, string? Refusal)
{
    public static UsdtOperand Refused(string reason) => new(null, CaptureType.Default, reason);
}
