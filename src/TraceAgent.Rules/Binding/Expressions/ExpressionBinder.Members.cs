using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding.Expressions;

/// <summary>The part for members of structures, which debug information knows.</summary>
internal sealed partial class ExpressionBinder
{
    private Bound? Member(Syntax.Member member)
    {
        if (!_scope.KnowsTypes)
        {
            return MemberOfUnknown(member);
        }

        if (member is { Dotted: { } dotted, Base: Syntax.Name package } && _scope.Find(package.Value) is null
            && (_scope.Find(dotted) is not null || _scope.WhyNot(dotted) is not null))
        {
            return Bind(new Syntax.Name(dotted, member.Start, member.End));
        }

        if (Bind(member.Base) is not { } value)
        {
            return null;
        }

        if (value.Type is StaticType.PointerToValue led)
        {
            value = value with { Term = led.Value, Type = led.Target };
        }

        switch (value.Type)
        {
            case StaticType.Structure structure:
                return Member(member, value, structure);
            case StaticType.Pointer { Target: StaticType.Structure structure, Count: null }:
                return Member(member, value, structure);
            case StaticType.Parts parts:
                return Member(member, value, parts.Whole);
            case StaticType.Pointer { Target: StaticType.Pointer { Target: StaticType.Structure } }:
                return FailAtSign(
                    member, $"{value.Type.Noun} to a pointer has no members",
                    $"write (*{Quoted.Clip(TextOf(member.Base))}){member.Sign}{Quoted.Clip(member.Identifier)}");
            case StaticType.Pointer { Count: not null, Target: StaticType.Structure }:
                return FailAtSign(
                    member, "an array has no members",
                    $"its first element has: {Quoted.Clip(TextOf(member.Base))}[0].{Quoted.Clip(member.Identifier)}");
            default:
                return FailAtSign(member, $"{value.Type.Noun} has no members", null);
        }
    }

    /// <summary>Nothing is known of members here. An error in front of it is reported instead.</summary>
    private Bound? MemberOfUnknown(Syntax.Member member) => member.Base is not Syntax.Name && Bind(member.Base) is null
        ? null
        : FailAtSign(
            member, $"'{member.Sign}' needs debug information to know where the member is",
            "write 'args: auto' for it, or the member's offset: *(int32*)(p + 16)");

    private Bound? FailAtSign(Syntax.Member member, string message, string? hint)
    {
        _report(new TextProblem(member.SignStart, member.Sign.Length, DiagnosticCode.NotAvailable, message, hint));
        return null;
    }

    private Bound? Member(Syntax.Member member, Bound value, StaticType.Structure structure)
    {
        if (Find(member, structure) is not { } found)
        {
            return null;
        }

        return found.In(value) is { } inner
            ? inner with { Source = member }
            : FailAtSign(member, "this part of it cannot be had here: it is in a register that a probe does not see, or in two", null);
    }

    /// <summary>Finds a member; null when there is none or it cannot be read, which is reported.</summary>
    private FoundMember? Find(Syntax.Member member, StaticType.Structure structure)
    {
        var at = new Syntax.Name(member.Identifier, member.End - member.Identifier.Length, member.End);
        var shape = structure.Shape;
        var name = shape.Name.Length > 0 ? $"'{Quoted.Clip(shape.Name)}'" : "the structure";
        if (FoundMember.Of(structure, member.Identifier) is not { } found)
        {
            var names = FoundMember.NamesOf(structure);
            Fail(
                at, DiagnosticCode.UnknownValue, $"{name} has no member '{Quoted.Clip(member.Identifier)}'",
                shape.WhyIncomplete ?? Suggestion.DidYouMean(member.Identifier, names) ?? $"its members: {Quoted.List(names)}");
            return null;
        }

        // What a name hides, it hides also as a member.
        _used.Add((new ScopedValue(member.Identifier, new Term.Number(0), found.Type), at));
        if (found.Type is StaticType.Unknown unknown)
        {
            Fail(at, DiagnosticCode.NotAvailable, $"'{Quoted.Clip(member.Identifier)}' is {unknown.Noun}, which is not understood", null);
            return null;
        }

        return found;
    }

    /// <summary>Takes a value for one of a type that the program has.</summary>
    private Bound? CastToProgram(Syntax.Cast cast, Bound value, string name)
    {
        if (_scope.FindType(name) is not { } found)
        {
            return Fail(
                cast, DiagnosticCode.UnknownValue, $"the debug information has no type '{Quoted.Clip(name)}'",
                "names of C++ and Rust need their namespaces: (shop::Cart *)p");
        }

        var type = cast.To.Of(found);
        if (type is not (StaticType.Pointer { Count: null } or StaticType.Integer))
        {
            return Fail(cast, DiagnosticCode.TypeMismatch, $"a value cannot be cast to {type.Noun}", $"cast its address: ({name} *)p");
        }

        return value.Type is StaticType.Integer or StaticType.Pointer or StaticType.Bool or StaticType.Character
            ? new Bound(NameScope.Widen(value.Term, type), type, cast, value.Cost + 2)
            : Fail(cast, DiagnosticCode.TypeMismatch, $"{value.Type.Noun} is no address", null);
    }

    private static string TextOf(Syntax syntax) => syntax switch
    {
        Syntax.Name name => name.Value,
        Syntax.Member member => $"{TextOf(member.Base)}{member.Sign}{member.Identifier}",
        _ => "…",
    };
}
