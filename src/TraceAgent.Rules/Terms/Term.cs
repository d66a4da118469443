using TraceAgent.Capture;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Rules.Terms;

/// <summary>
/// An expression of a rule with its names resolved and its types decided, before the architecture is known: an
/// <see cref="Expr"/> whose leaves are arguments and the return value. Equality is structural.
/// </summary>
public abstract record Term
{
    private Term()
    {
    }

    public sealed record Number(long Value) : Term;

    /// <summary>All 64 bits of the argument <paramref name="Index"/> (from 0), as it was on entry.</summary>
    public sealed record Argument(int Index) : Term;

    /// <summary>All 64 bits of the return value; of a longer one, its 8 bytes number <paramref name="Part"/>, from 0.</summary>
    public sealed record Result(int Part = 0) : Term;

    public sealed record Special(SpecialValue Value) : Term;

    /// <summary>
    /// A value that is computed like this at every place of the file, such as the address of a variable that is not of one call.
    /// </summary>
    public sealed record Global(Expr Read) : Term;

    /// <summary>The thread's <c>errno</c> when the function returns.</summary>
    public sealed record Errno : Term;

    /// <summary>A value that is computed like this at the place, whatever convention calls the function.</summary>
    public sealed record Placed(Expr Read) : Term
    {
        /// <summary>True when it is computed where the function returns, and not on entry.</summary>
        public bool IsOfResult { get; init; }

        /// <summary>True when it is the address of a variable in memory, and not the variable's value.</summary>
        public bool IsAddress { get; init; }
    }

    public sealed record Unary(UnaryOperator Operator, Term Operand) : Term;

    public sealed record Binary(BinaryOperator Operator, Term Left, Term Right) : Term;

    /// <summary>Reads <paramref name="Size"/> bytes (1, 2, 4 or 8) of the traced process's memory.</summary>
    public sealed record Load(Term Address, int Size, bool Signed) : Term;

    /// <summary>The low <paramref name="Size"/> bytes (1, 2, 4), widened.</summary>
    public sealed record Extend(Term Operand, int Size, bool Signed) : Term;

    /// <summary>1 when the text at the address passes the test, else 0.</summary>
    /// <param name="Length">The length in bytes; null when the text ends at a NUL.</param>
    public sealed record TextMatch(Term Address, TextTest Test, Term? Length = null) : Term;

    /// <summary>
    /// The value of another term when the function returns: memory is read then, through arguments as they were on entry.
    /// </summary>
    public sealed record OnReturn(Term Operand) : Term;

    /// <summary>ID of the cgroup <paramref name="Level"/> folders below the root to which the thread's own belongs.</summary>
    public sealed record AncestorCgroup(int Level) : Term;

    /// <summary>1 when the thread's name passes the test, else 0.</summary>
    public sealed record CommMatch(TextTest Test) : Term;

    /// <summary>True when the value is known only when the function returns.</summary>
    internal bool NeedsReturn =>
        this is Result or OnReturn or Errno or Special { Value: SpecialValue.Duration } or Placed { IsOfResult: true }
        || Children.Any(c => c.NeedsReturn);

    /// <summary>True when it reads an argument, which is gone when the function returns.</summary>
    internal bool NeedsEntry => IsVariable || Children.Any(c => c.NeedsEntry);

    /// <summary>True for an argument, or a variable, as it was on entry.</summary>
    internal bool IsVariable =>
        this is Argument or Placed { IsOfResult: false } or Load { Address: Placed { IsAddress: true, IsOfResult: false } };

    /// <summary>True when what it reads may be another value when the function returns.</summary>
    internal bool IsOfMoment => NeedsEntry || this is Global || Children.Any(c => c.IsOfMoment);

    /// <summary>This term and all terms in it.</summary>
    internal IEnumerable<Term> Parts => Children.SelectMany(child => child.Parts).Prepend(this);

    private EquatableArray<Term> Children => this switch
    {
        Unary unary => [unary.Operand],
        Binary binary => [binary.Left, binary.Right],
        Load load => [load.Address],
        Extend extend => [extend.Operand],
        OnReturn late => [late.Operand],
        TextMatch { Length: { } length } match => [match.Address, length],
        TextMatch match => [match.Address],
        _ => [],
    };
}
