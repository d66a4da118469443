using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.Symbols.Usdt;

/// <summary>
/// Reads the operands of a USDT probe, which are those of an assembler with a size before each: <c>-4@%eax 8@-16(%rbp,%rax,8)
/// 4@$7</c>. Any text gives operands; those that cannot be read say why.
/// </summary>
internal abstract partial class OperandReader
{
    // Longer than any operand of a compiler; messages repeat it.
    private const int MaxOperandLength = 128;
    private const int MaxOperands = 64;
    private const int Word = 8;

    private static readonly SiteValue Unreadable = SiteValue.Missing("its operand cannot be read");

    /// <param name="arguments">The arguments of a note.</param>
    public EquatableArray<SiteValue> Read(string arguments)
    {
        var operands = new List<SiteValue>();
        var rest = arguments.AsSpan().Trim();
        while (rest.Length > 0 && operands.Count < MaxOperands)
        {
            var end = EndOfFirst(rest);
            operands.Add(ReadOne(rest[..end].ToString()));
            rest = rest[end..].TrimStart();
        }

        return operands.ToEquatableArray();
    }

    /// <summary>The value as it is in the place, and how many bytes of it are there; or the reason why it cannot be read.</summary>
    /// <param name="operand">The operand without its size.</param>
    /// <param name="size">The size of the value in bytes: 1, 2, 4 or 8.</param>
    /// <param name="signed">True when memory is widened by sign.</param>
    protected abstract (Expr? Value, int Width, string? Refusal) Place(string operand, int size, bool signed);

    protected abstract bool IsVectorRegister(string operand);

    protected static (Expr? Value, int Width, string? Refusal) Refuse(string operand, string reason) =>
        (null, 0, $"its operand {operand} {reason}");

    protected static Expr Sum(Expr left, Expr right) => (left, right) switch
    {
        (_, Expr.Constant { Value: 0 }) => left,
        (Expr.Constant { Value: 0 }, _) => right,
        _ => new Expr.Binary(BinaryOperator.Add, left, right),
    };

    private SiteValue ReadOne(string text)
    {
        var match = Sized().Match(text);
        if (!match.Success || text.Length > MaxOperandLength)
        {
            return Unreadable;
        }

        // An operand without a size is as wide as a register.
        var size = match.Groups["size"].Success ? match.Groups["size"].Value[0] - '0' : 8;
        var signed = match.Groups["sign"].Success;
        var isFloat = match.Groups["float"].Success;
        var operand = match.Groups["operand"].Value;
        if (IsVectorRegister(operand))
        {
            return SiteValue.Missing(
                $"it is in {operand}, a register for floating point numbers and vectors, which the kernel does not hand out");
        }

        if (match.Groups["size"].Value == "16")
        {
            return OfTwoWords(text, Place(operand, Word, signed: false).Value);
        }

        if (match.Groups["size"].Length > 1 || size is not (1 or 2 or 4 or 8))
        {
            return SiteValue.Missing($"its operand {text} has a size that is not 1, 2, 4, 8 or 16 bytes");
        }

        var (value, width, refusal) = Place(operand, size, signed);
        if (value is null)
        {
            return SiteValue.Missing(refusal!);
        }

        return isFloat
            ? OfFloat(text, value, size)
            : new SiteValue(Widen(value, Math.Min(size, width), signed), new CaptureType.Integer(8, signed || size < 8), null);
    }

    /// <summary>A value of two words, which is at its address: what it is, only a rule can say.</summary>
    private static SiteValue OfTwoWords(string text, Expr? value) => value is Expr.Load inMemory
        ? new SiteValue(inMemory.Address, new CaptureType.Bytes(2 * Word), null)
        : SiteValue.Missing($"its operand {text} has 16 bytes that are not in memory");

    private static SiteValue OfFloat(string text, Expr value, int size) => value is Expr.Load && size is 4 or 8
        ? new SiteValue(value, new CaptureType.Float(size), null)
        : SiteValue.Missing($"its operand {text} is a floating point number that is not in memory");

    private static Expr Widen(Expr value, int size, bool signed) => value switch
    {
        Expr.Load => value,
        Expr.Constant constant => new Expr.Constant((size, signed) switch
        {
            (1, true) => (sbyte)constant.Value,
            (2, true) => (short)constant.Value,
            (4, true) => (int)constant.Value,
            (1, false) => (byte)constant.Value,
            (2, false) => (ushort)constant.Value,
            (4, false) => (uint)constant.Value,
            _ => constant.Value,
        }),
        _ when size == 8 => value,
        _ => new Expr.Extend(value, size, signed),
    };

    /// <summary>
    /// The position where the next operand begins: after a space outside brackets, since those of arm64 have spaces in them.
    /// </summary>
    private static int EndOfFirst(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '[' or '(':
                    depth++;
                    break;
                case ']' or ')':
                    depth--;
                    break;
                case ' ' when depth <= 0:
                    return i;
            }
        }

        return text.Length;
    }

    [GeneratedRegex(@"^((?<sign>-)?(?<size>[0-9]+)(?<float>f)?@)?(?<operand>[^\s@][^@]*)$", RegexOptions.CultureInvariant
        | RegexOptions.ExplicitCapture)]
    private static partial Regex Sized();
}
