using System.Globalization;

namespace TraceAgent.Capture.Plans;

/// <summary>Describes where a value is, for people: an expression as C has it, with the names of registers.</summary>
/// <param name="architecture">The architecture that the registers are of.</param>
/// <param name="entryFields">The fields that <see cref="Expr.EntryField"/> counts in.</param>
public sealed class ExprText(Architecture architecture, EquatableArray<CaptureField> entryFields)
{
    private static readonly string[] X64 =
        ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    /// <summary>
    /// Describes where a field is: <c>rdi</c>, <c>text at rsi</c>, <c>rdx bytes at rsi</c>. Narrowing, which its type says, is
    /// left out.
    /// </summary>
    public string Of(CaptureField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.Storage switch
        {
            Storage.Text => $"text at {Of(field.Value)}",
            Storage.Bytes { Unit: 1 } bytes => $"{Of(bytes.Length)} bytes at {Of(field.Value)}",
            Storage.Bytes bytes => $"{Of(bytes.Length)} × {bytes.Unit} bytes at {Of(field.Value)}",
            _ => Of(field.Value is Expr.Extend extend ? extend.Operand : field.Value),
        };
    }

    public string Of(Expr expr) => expr switch
    {
        Expr.Register register => NameOf(register.Number),
        Expr.Constant constant => Number(constant.Value),
        Expr.Unary unary => $"{SignOf(unary.Operator)}{Inner(unary.Operand)}",
        Expr.Binary { Operator: BinaryOperator.Add, Right: Expr.Constant { Value: < 0 and > long.MinValue } distance } sum =>
            $"{Inner(sum.Left)} - {Number(-distance.Value)}",
        Expr.Binary binary => $"{Inner(binary.Left)} {SignOf(binary.Operator)} {Inner(binary.Right)}",
        Expr.Load load => $"*({TypeOf(load.Size, load.Signed)}*){Inner(load.Address)}",
        Expr.Extend extend => $"({TypeOf(extend.Size, extend.Signed)}){Inner(extend.Operand)}",
        Expr.EntryField field when field.Index < entryFields.Count => $"{Inner(entryFields[field.Index].Value)} on entry",
        Expr.EntryValue entry => $"{NameOf(architecture.ArgumentRegisters[entry.Index])} on entry",
        Expr.Select select => $"{Inner(select.Condition)} ? {Inner(select.Then)} : {Inner(select.Otherwise)}",
        Expr.FileAddress file => string.Create(CultureInfo.InvariantCulture, $"0x{file.Address:x} of the file"),
        Expr.TextMatch match => $"the test of the text at {Inner(match.Address)}",
        Expr.CommMatch => "the test of comm",
        Expr.Special { Value: SpecialValue.LoadAddress } => "load address",
        Expr.Special { Value: SpecialValue.ThreadPointer } => "thread pointer",
        Expr.Special special => special.Value.ToString().ToLowerInvariant(),
        _ => expr?.GetType().Name ?? "",
    };

    private string Inner(Expr expr) =>
        expr is Expr.Register or Expr.Constant or Expr.Special or Expr.Load or Expr.Extend ? Of(expr) : $"({Of(expr)})";

    private string NameOf(int register)
    {
        if (architecture == Architecture.X64)
        {
            return register >= 0 && register < X64.Length ? X64[register] : $"register {register}";
        }

        return register == architecture.StackPointer ? "sp" : $"x{register}";
    }

    private static string TypeOf(int size, bool signed) =>
        string.Create(CultureInfo.InvariantCulture, $"{(signed ? "int" : "uint")}{size * 8}");

    private static string Number(long value) => value is > -1000 and < 1000
        ? value.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    private static string SignOf(UnaryOperator sign) => sign switch
    {
        UnaryOperator.Negate => "-",
        UnaryOperator.Complement => "~",
        _ => "!",
    };

    private static string SignOf(BinaryOperator sign) => sign switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.And => "&",
        BinaryOperator.Or => "|",
        BinaryOperator.Xor => "^",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight or BinaryOperator.ShiftRightArithmetic => ">>",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less or BinaryOperator.Below => "<",
        BinaryOperator.LessOrEqual or BinaryOperator.BelowOrEqual => "<=",
        BinaryOperator.Greater or BinaryOperator.Above => ">",
        BinaryOperator.GreaterOrEqual or BinaryOperator.AboveOrEqual => ">=",
        BinaryOperator.AndAlso => "&&",
        _ => "||",
    };
}
