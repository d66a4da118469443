using System.Text.RegularExpressions;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Symbols.Usdt;

/// <summary>Reads operands of x86-64 as the GNU assembler writes them (AT&amp;T syntax).</summary>
/// <param name="address">The address of the probe.</param>
/// <param name="variableAt">The address of a variable of the file; null when the name does not say which.</param>
internal sealed partial class X64OperandReader(ulong address, Func<string, ulong?> variableAt) : OperandReader
{
    private const int InstructionPointer = 16;

    // By DWARF number; the first eight have names of their own for each width.
    private static readonly string[] Old = ["ax", "dx", "cx", "bx", "si", "di", "bp", "sp"];

    private static readonly Dictionary<string, (int Number, int Width, bool IsSecondByte)> ByName = Registers();

    protected override bool IsVectorRegister(string operand) => VectorRegister().IsMatch(operand);

    protected override (Expr? Value, int Width, string? Refusal) Place(string operand, int size, bool signed)
    {
        if (operand[0] == '%' && ByName.TryGetValue(operand[1..], out var register))
        {
            Expr value = new Expr.Register(register.Number);
            return (register.IsSecondByte ? new Expr.Binary(
                BinaryOperator.ShiftRight, value, new Expr.Constant(8)) : value, register.Width, null);
        }

        if (TryNumber(operand[0] == '$' ? operand.AsSpan(1) : operand, out var number))
        {
            return (new Expr.Constant(number), 8, null);
        }

        if (operand[0] == '$')
        {
            return Refuse(operand, "is the address of a symbol, which only the linker knew");
        }

        var match = Memory().Match(operand);
        if (!match.Success)
        {
            return Refuse(operand, operand.Contains(':', StringComparison.Ordinal)
                ? "is relative to a segment, such as a variable of the thread"
                : "cannot be read");
        }

        if (Displacement(match.Groups["displacement"].Value) is not var (name, offset))
        {
            return Refuse(operand, "cannot be read");
        }

        if (match.Groups["base"].Value == "%rip" && !match.Groups["index"].Success)
        {
            return NextTo(operand, name, offset, size, signed);
        }

        if (name.Length > 0)
        {
            return Refuse(operand, "is relative to a symbol");
        }

        return AddressOf(match, operand, offset) is { } at
            ? (new Expr.Load(at, size, signed), size, null)
            : Refuse(operand, "has a register that cannot be part of an address");
    }

    /// <summary>Parses numbers, and at most one symbol: <c>counter+8-4</c>.</summary>
    private static (string Symbol, long Offset)? Displacement(string text)
    {
        var (name, sum) = ("", 0L);
        foreach (Match term in Term().Matches(text))
        {
            if (TryNumber(term.Value, out var number))
            {
                sum = unchecked(sum + number);
            }
            else if (name.Length == 0 && !term.Value.StartsWith('-'))
            {
                name = term.Value.TrimStart('+');
            }
            else
            {
                return null;
            }
        }

        return (name, sum);
    }

    /// <summary>Reads a variable. Its distance from the probe is the same in every process.</summary>
    private (Expr? Value, int Width, string? Refusal) NextTo(string operand, string name, long offset, int size, bool signed)
    {
        if (name.Length == 0)
        {
            return Refuse(operand, "is relative to an instruction that is not known");
        }

        return variableAt(name) is { } variable
            ? (new Expr.Load(Sum(new Expr.Register(InstructionPointer), new Expr.Constant(unchecked((long)(variable - address) + offset))),
                size, signed), size, null)
            : Refuse(operand, $"names '{name}', which the file's symbols do not have, or have several times");
    }

    private static Expr? AddressOf(Match match, string operand, long offset)
    {
        if (!operand.Contains('(', StringComparison.Ordinal))
        {
            return null;
        }

        Expr sum = new Expr.Constant(0);
        foreach (var part in (ReadOnlySpan<string>)["base", "index"])
        {
            if (!match.Groups[part].Success)
            {
                continue;
            }

            if (!ByName.TryGetValue(match.Groups[part].Value[1..], out var register)
                || register.Width < 4 || register.Number == InstructionPointer)
            {
                return null;
            }

            Expr value = new Expr.Register(register.Number);
            value = register.Width == 4 ? new Expr.Extend(value, 4, Signed: false) : value;
            var scale = part == "index" && match.Groups["scale"].Success ? match.Groups["scale"].Value[0] - '0' : 1;
            sum = Sum(sum, scale == 1 ? value : new Expr.Binary(BinaryOperator.Multiply, value, new Expr.Constant(scale)));
        }

        return sum is Expr.Constant ? null : Sum(sum, new Expr.Constant(offset));
    }

    private static Dictionary<string, (int Number, int Width, bool IsSecondByte)> Registers()
    {
        var registers = new Dictionary<string, (int Number, int Width, bool IsSecondByte)> { ["rip"] = (InstructionPointer, 8, false) };
        for (var number = 0; number < Old.Length; number++)
        {
            var name = Old[number];
            registers.Add($"r{name}", (number, 8, false));
            registers.Add($"e{name}", (number, 4, false));
            registers.Add(name, (number, 2, false));
            registers.Add(name[1] == 'x' ? $"{name[0]}l" : $"{name}l", (number, 1, false));
            if (name[1] == 'x')
            {
                registers.Add($"{name[0]}h", (number, 1, true));
            }
        }

        for (var number = Old.Length; number < InstructionPointer; number++)
        {
            registers.Add($"r{number}", (number, 8, false));
            registers.Add($"r{number}d", (number, 4, false));
            registers.Add($"r{number}w", (number, 2, false));
            registers.Add($"r{number}b", (number, 1, false));
        }

        return registers;
    }

    [GeneratedRegex(@"^%(([xyz]?mm|k)[0-9]+|st(\([0-9]\))?)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex VectorRegister();

    /// <summary><c>displacement(base,index,scale)</c>, of which each may be missing.</summary>
    [GeneratedRegex(
        @"^(?<displacement>([+-]?[\w.$]+)([+-][\w.$]+)*)?(\(\s*(?<base>%\w+)?\s*(,\s*(?<index>%\w+)\s*(,\s*(?<scale>[1248]))?)?\s*\))?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Memory();

    [GeneratedRegex(@"[+-]?[\w.$]+", RegexOptions.CultureInvariant)]
    private static partial Regex Term();
}
