using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Expressions;

/// <summary>An expression as it was written. Two are equal when they say the same, wherever they stand.</summary>
/// <param name="Start">UTF-16 units from the start of the text.</param>
/// <param name="End">The position after its last character.</param>
internal abstract record Syntax(int Start, int End)
{
    public int Length => End - Start;

    /// <summary>The largest number of signs that lead from a value to what it is made of, one after the other.</summary>
    public int PathLength => this switch
    {
        Unary { Sign: "*" } load => 1 + load.Operand.PathLength,
        Unary unary => unary.Operand.PathLength,
        Binary binary => Math.Max(binary.Left.PathLength, binary.Right.PathLength),
        Cast cast => cast.Operand.PathLength,
        Index index => Math.Max(1 + index.Base.PathLength, index.Position.PathLength),
        Member member => 1 + member.Base.PathLength,
        _ => 0,
    };

    /// <summary>The names of values in it, each as often as it stands there.</summary>
    public IEnumerable<Name> Names => All.OfType<Name>();

    /// <summary>The casts in it.</summary>
    public IEnumerable<Cast> Casts => All.OfType<Cast>();

    /// <summary>Members of what a name stands for; in Go, it may be a package: <c>main.count</c>.</summary>
    public IEnumerable<string> DottedNames => All.OfType<Member>().Select(member => member.Dotted).OfType<string>();

    /// <summary>The expression and all that it is made of, inner ones first.</summary>
    private IEnumerable<Syntax> All => this switch
    {
        Unary unary => unary.Operand.All.Append(this),
        Binary binary => binary.Left.All.Concat(binary.Right.All).Append(this),
        Cast cast => cast.Operand.All.Append(this),
        Index index => index.Base.All.Concat(index.Position.All).Append(this),
        Member member => member.Base.All.Append(this),
        _ => [this],
    };

    public virtual bool Equals(Syntax? other) => other is not null && EqualityContract == other.EqualityContract;

    public override int GetHashCode() => EqualityContract.GetHashCode();

    public sealed record Number(ulong Value, int Start, int End) : Syntax(Start, End);

    /// <param name="Value">The length in ns.</param>
    public sealed record Duration(ulong Value, int Start, int End) : Syntax(Start, End);

    /// <param name="MayBeCharacter">True for one character in single quotes: a number beside numbers, a text beside texts.</param>
    public sealed record Quotation(string Value, bool MayBeCharacter, int Start, int End) : Syntax(Start, End);

    public sealed record Name(string Value, int Start, int End) : Syntax(Start, End);

    /// <param name="Sign">The operator, one of <c>- ! ~ *</c>.</param>
    public sealed record Unary(string Sign, Syntax Operand, int Start, int End) : Syntax(Start, End);

    /// <param name="Sign">The operator: every one of C between two values, <c>~</c> and <c>~*</c>.</param>
    public sealed record Binary(string Sign, Syntax Left, Syntax Right, int Start, int End) : Syntax(Start, End)
    {
        /// <summary>True when the left side is matched with a pattern.</summary>
        public bool IsMatch => Sign is "~" or "~*";
    }

    public sealed record Cast(NamedType To, Syntax Operand, int Start, int End) : Syntax(Start, End);

    public sealed record Index(Syntax Base, Syntax Position, int Start, int End) : Syntax(Start, End);

    /// <summary>A member of a structure, or of one that a pointer leads to: rules need not tell the two apart.</summary>
    /// <param name="Sign">The sign as it was written: <c>-&gt;</c> or <c>.</c>.</param>
    /// <param name="SignStart">The position of the sign.</param>
    /// <param name="Identifier">The name of the member.</param>
    public sealed record Member(Syntax Base, string Sign, int SignStart, string Identifier, int End) : Syntax(Base.Start, End)
    {
        /// <summary>The whole, where it may be a name with its package: two names with a dot between them; null elsewhere.</summary>
        public string? Dotted => Sign == "." && Base is Name name ? $"{name.Value}.{Identifier}" : null;

        /// <summary>Equality by what is named: <c>-&gt;</c> and <c>.</c> mean the same.</summary>
        public bool Equals(Member? other) => other is not null && Base == other.Base && Identifier == other.Identifier;

        public override int GetHashCode() => HashCode.Combine(Base, Identifier);
    }
}
