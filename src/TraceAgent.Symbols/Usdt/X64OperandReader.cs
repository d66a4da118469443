using System.Text.RegularExpressions;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Symbols.Usdt;

/// <summary>Reads operands of x86-64 as the GNU assembler writes them (AT&amp;T syntax).</summary>
/// <param name="address">The address of the probe.</param>
/// <param name="variableAt">The address of a variable of the file; null when the name does not say which.</param>
/// <param name="hasFixedAddresses">True when addresses in the file are those in processes: an executable that is not PIE.</param>
internal sealed partial class X64OperandReader(ulong address, Func<string, ulong?> variableAt, bool hasFixedAddresses) : OperandReader
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

        var isImmediate = operand[0] == '$';
        var match = Memory().Match(isImmediate ? operand[1..] : operand);
        var displacement = match.Groups["displacement"].Value;
        if (!match.Success || (isImmediate && match.Groups["address"].Success)
            || (displacement.Length == 0 ? new OperandNumber("", 0) : OperandNumber.Read(displacement)) is not { } number)
        {
            return Refuse(operand, operand.Contains(':', StringComparison.Ordinal)
                ? "is relative to a segment, such as a variable of the thread"
                : "cannot be read");
        }

        if (match.Groups["base"].Value == "%rip" && !match.Groups["index"].Success)
        {
            return NextTo(operand, number, size, signed);
        }

        var offset = number.Offset;
        if (number.Symbol.Length > 0)
        {
            if (!hasFixedAddresses)
            {
                return Refuse(
                    operand, isImmediate ? "is the address of a symbol, which differs from process to process" : "is relative to a symbol");
            }

            if (variableAt(number.Symbol) is not { } variable)
            {
                return Unknown(operand, number.Symbol);
            }

            offset = unchecked(offset + (long)variable);
        }

        if (!match.Groups["address"].Success)
        {
            Expr constant = new Expr.Constant(offset);
            return isImmediate || number.Symbol.Length == 0 ? (constant, 8, null) : (new Expr.Load(constant, size, signed), size, null);
        }

        return AddressOf(match, offset) is { } at
            ? (new Expr.Load(at, size, signed), size, null)
            : Refuse(operand, "has a register that cannot be part of an address");
    }

    /// <summary>Reads a variable. Its distance from the probe is the same in every process.</summary>
    private (Expr? Value, int Width, string? Refusal) NextTo(string operand, OperandNumber number, int size, bool signed)
    {
        if (number.Symbol.Length == 0)
        {
            return Refuse(operand, "is relative to an instruction that is not known");
        }

        if (variableAt(number.Symbol) is not { } variable)
        {
            return Unknown(operand, number.Symbol);
        }

        var distance = new Expr.Constant(unchecked((long)(variable - address) + number.Offset));
        return (new Expr.Load(Sum(new Expr.Register(InstructionPointer), distance), size, signed), size, null);
    }

    private static (Expr? Value, int Width, string? Refusal) Unknown(string operand, string name) =>
        Refuse(operand, $"names '{name}', which the file's symbols do not have, or have several times");

    private static Expr? AddressOf(Match match, long offset)
    {
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
        @"^(?<displacement>[^%]*?)(?<address>\(\s*(?=[%,])(?<base>%\w+)?\s*(,\s*(?<index>%\w+)\s*(,\s*(?<scale>[1248]))?)?\s*\))?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Memory();
}
