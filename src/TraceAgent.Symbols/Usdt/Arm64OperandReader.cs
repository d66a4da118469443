using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Symbols.Usdt;

/// <summary>Reads operands of arm64 as compilers write them: <c>x0</c>, <c>w1</c>, <c>[sp, 16]</c>, <c>[x0, w1, sxtw 3]</c>.</summary>
internal sealed partial class Arm64OperandReader : OperandReader
{
    protected override bool IsVectorRegister(string operand) => VectorRegister().IsMatch(operand);

    protected override (Expr? Value, int Width, string? Refusal) Place(string operand, int size, bool signed)
    {
        if (Register(operand) is var (register, width))
        {
            return (register, width, null);
        }

        if (OperandNumber.TryNumber(operand.AsSpan().TrimStart('#'), out var number))
        {
            return (new Expr.Constant(number), 8, null);
        }

        var match = Memory().Match(operand);
        return !match.Success || Register(match.Groups["base"].Value) is not ({ } start, 8) || Offset(match) is not { } offset
            ? Refuse(operand, "cannot be read")
            : (new Expr.Load(Sum(start, offset), size, signed), size, null);
    }

    /// <summary>The expression that is added to the base; null when it cannot be computed.</summary>
    private static Expr? Offset(Match match)
    {
        if (match.Groups["number"].Success)
        {
            return OperandNumber.TryNumber(match.Groups["number"].Value, out var number) ? new Expr.Constant(number) : null;
        }

        if (!match.Groups["index"].Success)
        {
            return new Expr.Constant(0);
        }

        if (Register(match.Groups["index"].Value) is not var (index, width))
        {
            return null;
        }

        var extend = match.Groups["extend"].Value;
        var value = (extend, width) switch
        {
            ("" or "lsl", 8) => index,
            ("uxtw", 4) => new Expr.Extend(index, 4, Signed: false),
            ("sxtw", 4) => new Expr.Extend(index, 4, Signed: true),
            ("sxtx" or "uxtx", 8) => index,
            _ => null,
        };
        var shift = match.Groups["shift"].Success ? match.Groups["shift"].Value[0] - '0' : 0;
        if (value is null || shift > 4)
        {
            return null;
        }

        return shift == 0 ? value : new Expr.Binary(BinaryOperator.ShiftLeft, value, new Expr.Constant(shift));
    }

    private static (Expr Value, int Width)? Register(string name)
    {
        const int stackPointer = 31;
        return name switch
        {
            "sp" => (new Expr.Register(stackPointer), 8),
            "wsp" => (new Expr.Register(stackPointer), 4),
            "xzr" or "wzr" => (new Expr.Constant(0), 8),
            "fp" => (new Expr.Register(29), 8),
            "lr" => (new Expr.Register(30), 8),
            ['x' or 'w', .. { Length: 1 or 2 } digits]
                when int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < stackPointer =>
                (new Expr.Register(number), name[0] == 'x' ? 8 : 4),
            _ => null,
        };
    }

    [GeneratedRegex(@"^[vqdsbhz][0-9]+(\.\w+)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex VectorRegister();

    [GeneratedRegex(
        @"^\[\s*(?<base>\w+)\s*(,\s*(#?(?<number>[+-]?(0[xX][0-9a-fA-F]+|[0-9]+))|(?<index>[xw]\w+)\s*(,\s*(?<extend>lsl|" +
            @"[us]xt[wx])(\s*#?(?<shift>[0-9]))?)?)\s*)?\]$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Memory();
}
