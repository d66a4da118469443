using System.Globalization;
using CsCheck;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Tests;

/// <summary>Random expressions, and expressions as text.</summary>
internal static class ExpressionText
{
    private static readonly string[] Types = [
        "int8", "uint8", "int16", "uint16", "int", "uint32", "int64", "uint64", "unsigned long", "bool", "char"];

    /// <summary>Numbers only, so that every one of them has a value.</summary>
    public static Gen<Syntax> Numbers(params string[] names) => Gen.Recursive<Syntax>((depth, inner) => depth > 4
        ? Leaf(names)
        : Gen.OneOf(
            Leaf(names),
            Gen.Select(OneOf("-", "~", "!"), inner).Select((s, o) => (Syntax)new Syntax.Unary(s, o, 0, 0)),
            Gen.Select(OneOf(Types), inner).Select((t, o) => (Syntax)new Syntax.Cast(TypeOf(t), o, 0, 0)),
            Operation(inner),
            Operation(inner)));

    /// <summary>Members and elements, which only parse where no debug information is.</summary>
    public static Gen<Syntax> Paths(params string[] names) => Gen.Recursive<Syntax>((depth, inner) => depth > 4
        ? OneOf(names).Select(name => (Syntax)new Syntax.Name(name, 0, 0))
        : Gen.OneOf(
            OneOf(names).Select(name => (Syntax)new Syntax.Name(name, 0, 0)),
            Gen.Select(inner, OneOf("->", "."), OneOf(names)).Select((b, s, n) => (Syntax)new Syntax.Member(b, s, 0, n, 0)),
            Gen.Select(inner, Leaf(names)).Select((b, p) => (Syntax)new Syntax.Index(b, p, 0, 0)),
            inner.Select(operand => (Syntax)new Syntax.Unary("*", operand, 0, 0))));

    /// <summary>With every bracket that C could need.</summary>
    public static string Of(Syntax syntax) => syntax switch
    {
        Syntax.Number number => number.Value.ToString(CultureInfo.InvariantCulture),
        Syntax.Duration duration => $"{duration.Value}ns",
        Syntax.Quotation text => $"'{text.Value}'",
        Syntax.Name name => name.Value,
        Syntax.Unary unary => $"{unary.Sign}{Inner(unary.Operand)}",
        Syntax.Binary binary => $"{Inner(binary.Left)} {binary.Sign} {Inner(binary.Right)}",
        Syntax.Cast cast => $"({cast.To.Name}){Inner(cast.Operand)}",
        Syntax.Index index => $"{Inner(index.Base)}[{Of(index.Position)}]",
        Syntax.Member member => $"{Inner(member.Base)}{member.Sign}{member.Identifier}",
        _ => throw new ArgumentOutOfRangeException(nameof(syntax)),
    };

    /// <summary>The same without its places.</summary>
    public static Syntax Bare(Syntax syntax) => syntax switch
    {
        Syntax.Unary unary => unary with { Operand = Bare(unary.Operand), Start = 0, End = 0 },
        Syntax.Binary binary => binary with { Left = Bare(binary.Left), Right = Bare(binary.Right), Start = 0, End = 0 },
        Syntax.Cast cast => cast with { To = cast.To with { Start = 0, End = 0 }, Operand = Bare(cast.Operand), Start = 0, End = 0 },
        Syntax.Index index => index with { Base = Bare(index.Base), Position = Bare(index.Position), Start = 0, End = 0 },
        Syntax.Member member => member with { Base = Bare(member.Base), SignStart = 0, Start = 0, End = 0 },
        _ => syntax with { Start = 0, End = 0 },
    };

    private static string Inner(Syntax syntax) => syntax is Syntax.Number or Syntax.Name or Syntax.Member ? Of(syntax) : $"({Of(syntax)})";

    private static Gen<Syntax> Operation(Gen<Syntax> inner) => Gen.Select(
        OneOf("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&&", "||"), inner, inner)
        .Select((s, l, r) => (Syntax)new Syntax.Binary(s, l, r, 0, 0));

    private static Gen<Syntax> Leaf(string[] names) => Gen.OneOf(
        Gen.ULong.Select(n => (Syntax)new Syntax.Number(n, 0, 0)),
        Gen.ULong[0, 9].Select(n => (Syntax)new Syntax.Number(n, 0, 0)),
        OneOf(names).Select(n => (Syntax)new Syntax.Name(n, 0, 0)));

    private static NamedType TypeOf(string name) =>
        new TypeReader(Tokenizer.Read(name, _ => { }), _ => { }).Read()! with { Start = 0, End = 0 };

    private static Gen<string> OneOf(params string[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);
}
