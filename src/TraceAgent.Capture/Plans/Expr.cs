namespace TraceAgent.Capture.Plans;

/// <summary>
/// The computation of one 64-bit value in the kernel when a probe is hit. Everything that reads the traced process lowers to this
/// tree: arguments, DWARF locations, USDT operands, field paths and conditions. Equality is structural; it is part of a probe's
/// identity.
/// </summary>
public abstract record Expr
{
    private Expr()
    {
    }

    /// <summary>True when the value needs the traced process's memory.</summary>
    public bool ReadsMemory() =>
        Has(one => one is Load or TextMatch and not TextMatch { Length: not null, Test.Length: 0 });

    /// <summary>True when computing the expression reads memory, or what was read on entry.</summary>
    public bool CanFail() => ReadsMemory() || Has(one => one is EntryField or EntryValue);

    /// <summary>
    /// True when computing the expression needs registers or memory of the hit itself, and not only what was read on entry.
    /// </summary>
    public bool ReadsHit() => Has(one => one is Register or Load or TextMatch);

    /// <summary>True when computing the expression needs this value.</summary>
    public bool Uses(SpecialValue value) => Has(one => one is Special special && special.Value == value);

    /// <summary>True when computing the expression needs a register as it was on entry of a function that runs.</summary>
    public bool UsesEntryValue() => Has(one => one is EntryValue);

    /// <summary>True when the value is the same, wherever in the file it is computed: no register of the hit is needed.</summary>
    public bool IsOfNoPlace() => !Has(one => one is Register or EntryField or Special { Value: SpecialValue.Flags });

    /// <summary>The expression with what stands for its addresses of the file; null when one of them has none.</summary>
    /// <param name="placeOf">Finds what stands for an address; null for none.</param>
    public Expr? WithAddresses(Func<ulong, Expr?> placeOf)
    {
        ArgumentNullException.ThrowIfNull(placeOf);
        switch (this)
        {
            case FileAddress file:
                return placeOf(file.Address);
            case Load load:
                return load.Address.WithAddresses(placeOf) is { } address ? load with { Address = address } : null;
            case Unary unary:
                return unary.Operand.WithAddresses(placeOf) is { } operand ? unary with { Operand = operand } : null;
            case Extend extend:
                return extend.Operand.WithAddresses(placeOf) is { } value ? extend with { Operand = value } : null;
            case Select select:
                return select.Condition.WithAddresses(placeOf) is { } condition && select.Then.WithAddresses(placeOf) is { } then
                    && select.Otherwise.WithAddresses(placeOf) is { } otherwise
                    ? new Select(condition, then, otherwise)
                    : null;
            case Binary binary:
                return binary.Left.WithAddresses(placeOf) is { } left && binary.Right.WithAddresses(placeOf) is { } right
                    ? binary with { Left = left, Right = right }
                    : null;
            default:
                return this;
        }
    }

    /// <summary>True when computing the expression needs where an address of the file is in the process.</summary>
    public bool UsesFile() => Has(one => one is FileAddress);

    /// <summary>The number of expressions that it is made of, itself included.</summary>
    public int CountNodes() => 1 + this switch
    {
        Load load => load.Address.CountNodes(),
        Unary unary => unary.Operand.CountNodes(),
        Extend extend => extend.Operand.CountNodes(),
        EntryValue entry => entry.StackPointer.CountNodes(),
        Select select => select.Condition.CountNodes() + select.Then.CountNodes() + select.Otherwise.CountNodes(),
        Binary binary => binary.Left.CountNodes() + binary.Right.CountNodes(),
        _ => 0,
    };

    private bool Has(Predicate<Expr> which) => which(this) || this switch
    {
        Load load => load.Address.Has(which),
        TextMatch match => match.Address.Has(which) || match.Length?.Has(which) == true,
        Unary unary => unary.Operand.Has(which),
        Extend extend => extend.Operand.Has(which),
        EntryValue entry => entry.StackPointer.Has(which),
        Select select => select.Condition.Has(which) || select.Then.Has(which) || select.Otherwise.Has(which),
        Binary binary => binary.Left.Has(which) || binary.Right.Has(which),
        _ => false,
    };

    /// <summary>A register of the traced thread at the site, by DWARF number.</summary>
    public sealed record Register(int Number) : Expr;

    public sealed record Constant(long Value) : Expr;

    /// <summary>
    /// An address of the file, where the process has it. No program computes it: what is known of where the file lies takes its place
    /// first.
    /// </summary>
    public sealed record FileAddress(ulong Address) : Expr;

    public sealed record Unary(UnaryOperator Operator, Expr Operand) : Expr;

    public sealed record Binary(BinaryOperator Operator, Expr Left, Expr Right) : Expr;

    /// <summary>One of two values; only that one is computed.</summary>
    /// <param name="Condition">The first is it unless this is 0.</param>
    /// <param name="Then">The first.</param>
    /// <param name="Otherwise">The second.</param>
    public sealed record Select(Expr Condition, Expr Then, Expr Otherwise) : Expr;

    /// <summary>Reads <paramref name="Size"/> bytes (1, 2, 4 or 8) of the traced process's memory, widened by sign or with zeros.</summary>
    public sealed record Load(Expr Address, int Size, bool Signed) : Expr;

    /// <summary>
    /// The low <paramref name="Size"/> bytes (1, 2, 4) of a value, widened by sign or with zeros: the upper half of a
    /// register that holds a C <c>int</c> is undefined (System V ABI 3.2.3).
    /// </summary>
    public sealed record Extend(Expr Operand, int Size, bool Signed) : Expr;

    /// <summary>The scalar entry field <paramref name="Index"/> as it was on entry, in what is computed on return of a call.</summary>
    public sealed record EntryField(int Index) : Expr;

    /// <summary>
    /// An argument register as it was when the function that runs was entered: a second program keeps it there. DWARF calls it an entry
    /// value.
    /// </summary>
    /// <param name="Index">The index in <see cref="Architecture.ArgumentRegisters"/>.</param>
    /// <param name="StackPointer">The stack pointer on that entry.</param>
    public sealed record EntryValue(int Index, Expr StackPointer) : Expr;

    /// <summary>1 when the text at the address passes the test, else 0.</summary>
    /// <param name="Address">The address where it begins; for a text without a length, NULL passes no test.</param>
    /// <param name="Test">The test.</param>
    /// <param name="Length">The length in bytes; null when the text ends at a NUL.</param>
    public sealed record TextMatch(Expr Address, TextTest Test, Expr? Length = null) : Expr;

    /// <summary>1 when the thread's name (at most 15 bytes) passes the test, else 0.</summary>
    public sealed record CommMatch(TextTest Test) : Expr;

    /// <summary>
    /// ID of the cgroup (version 2) <paramref name="Level"/> folders below the root to which the thread's own belongs; 0 for
    /// none.
    /// </summary>
    public sealed record AncestorCgroup(int Level) : Expr;

    /// <summary>A value that the kernel knows about the hit itself.</summary>
    public sealed record Special(SpecialValue Value) : Expr;
}

public enum UnaryOperator
{
    Negate,
    Complement,

    /// <summary>Logical not: 1 for 0, else 0.</summary>
    Not,
}

/// <summary>
/// The operators of two values. Arithmetic wraps at 64 bits; comparisons give 1 or 0. Division and modulo are unsigned, as BPF
/// before instruction set v4 has them; dividing by 0 gives 0, modulo 0 the left side.
/// </summary>
public enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
    ShiftRightArithmetic,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Below,
    BelowOrEqual,
    Above,
    AboveOrEqual,

    /// <summary>Logical and: does not evaluate the right side when the left is 0.</summary>
    AndAlso,

    /// <summary>Logical or: does not evaluate the right side when the left is not 0.</summary>
    OrElse,
}

public enum SpecialValue
{
    /// <summary>Process ID as user space knows it (kernel: tgid).</summary>
    Pid,

    /// <summary>Thread ID (kernel: pid).</summary>
    Tid,
    Uid,
    Gid,

    /// <summary>The time: CLOCK_MONOTONIC, ns.</summary>
    Now,

    /// <summary>ID of the cgroup (version 2): the inode of its folder.</summary>
    Cgroup,

    /// <summary>The time since the entry of the call, in ns, on its return.</summary>
    Duration,

    /// <summary>The flags of the processor before the probed instruction.</summary>
    Flags,

    /// <summary>
    /// The address at which the first byte of the probed file lies in the process, as the mapping of the code has it: an address of
    /// the file is this one plus what <c>LinkedAddress</c> of TraceAgent.Symbols says.
    /// </summary>
    LoadAddress,

    /// <summary>The thread pointer: the address in FS on x86-64, from which thread-local variables are counted.</summary>
    ThreadPointer,
}
