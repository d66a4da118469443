using TraceAgent.Capture.Plans;

namespace TraceAgent.Dwarf.Locations;

/// <summary>A value on the stack of the expression machine, with what it costs.</summary>
/// <param name="Value">The expression that computes it.</param>
/// <param name="Nodes">Nodes of the tree: duplicates on the stack unfold, up to thousands.</param>
/// <param name="Loads">Reads of memory among them.</param>
internal readonly record struct Operand(Expr Value, int Nodes, int Loads)
{
    private const int MaxNodes = 256;
    private const int MaxLoads = 32;

    public static Operand Of(Expr value) => new(value, Nodes: 1, Loads: 0);

    public static Operand Constant(ulong value) => Of(new Expr.Constant((long)value));

    /// <summary>True when a probe should not compute it.</summary>
    public bool IsTooComplex => Nodes > MaxNodes || Loads > MaxLoads;

    public Operand Load(int size, bool isSigned) => new(new Expr.Load(Value, size, isSigned), Nodes + 1, Loads + 1);

    public Operand Unary(UnaryOperator sign) => this with { Value = new Expr.Unary(sign, Value), Nodes = Nodes + 1 };

    /// <summary>The low bytes; all 8 are the value itself.</summary>
    public Operand Extend(int size, bool isSigned) =>
        size == 8 ? this : this with { Value = new Expr.Extend(Value, size, isSigned), Nodes = Nodes + 1 };

    /// <summary>Adds, and folds constants: base registers and frame bases come with offsets.</summary>
    public Operand Plus(long offset) => (offset, Value) switch
    {
        (0, _) => this,
        (_, Expr.FileAddress file) => this with { Value = new Expr.FileAddress(file.Address + (ulong)offset) },
        (_, Expr.Constant constant) => this with { Value = new Expr.Constant(constant.Value + offset) },
        (_, Expr.Binary { Operator: BinaryOperator.Add, Right: Expr.Constant constant } sum) => constant.Value + offset == 0
            ? this with { Value = sum.Left, Nodes = Nodes - 2 }
            : this with { Value = sum with { Right = new Expr.Constant(constant.Value + offset) } },
        _ => this with { Value = new Expr.Binary(BinaryOperator.Add, Value, new Expr.Constant(offset)), Nodes = Nodes + 2 },
    };

    public static Operand Binary(BinaryOperator sign, Operand left, Operand right) => new(
        new Expr.Binary(sign, left.Value, right.Value),
        left.Nodes + right.Nodes + 1, left.Loads + right.Loads);
}
