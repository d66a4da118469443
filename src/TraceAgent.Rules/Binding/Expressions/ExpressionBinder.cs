using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding.Expressions;

/// <summary>Finds the values that an expression names, and decides its types: C's rules, in which every number has 64 bits.</summary>
internal sealed partial class ExpressionBinder
{
    /// <summary>The maximum number of terms of one expression: each becomes some instructions of the kernel's program.</summary>
    public const int MaxTerms = 1000;

    private readonly ValueScope _scope;
    private readonly Action<TextProblem> _report;
    private readonly List<(ScopedValue Value, Syntax Place)> _used = [];
    private bool _isTooLarge;

    private ExpressionBinder(ValueScope scope, Action<TextProblem> report)
    {
        _scope = scope;
        _report = report;
    }

    /// <summary>Binds an expression; null when something is wrong, which is reported.</summary>
    /// <param name="syntax">The expression as it was written.</param>
    /// <param name="scope">The names that it can use.</param>
    /// <param name="report">Receives all problems.</param>
    /// <param name="used">The values that it names, with their places.</param>
    public static Bound? Bind(
        Syntax syntax, ValueScope scope, Action<TextProblem> report, out IReadOnlyList<(ScopedValue Value, Syntax Place)> used)
    {
        var binder = new ExpressionBinder(scope, report);
        used = binder._used;
        return binder.Bind(syntax);
    }

    /// <summary>The value as a number: a character in quotes may stand where a number belongs.</summary>
    public static Bound AsNumber(Bound value) =>
        value is { Source: Syntax.Quotation { MayBeCharacter: true } quotation, Type: StaticType.Quotation }
        ? new Bound(new Term.Number(quotation.Value[0]), new StaticType.Character(), quotation)
        : value;

    private Bound? Bind(Syntax syntax) => syntax switch
    {
        Syntax.Number number => new Bound(
            new Term.Number(unchecked((long)number.Value)),
            number.Value <= long.MaxValue ? StaticType.Int64 : StaticType.UInt64,
            syntax),
        Syntax.Duration duration => new Bound(new Term.Number((long)duration.Value), new StaticType.Duration(), syntax),
        Syntax.Quotation => new Bound(new Term.Number(0), new StaticType.Quotation(), syntax),
        Syntax.Name name => Name(name),
        Syntax.Unary { Sign: "*" } load => Bind(load.Operand) is { } pointer ? Read(pointer, null, syntax) : null,
        Syntax.Unary unary => Bind(unary.Operand) is { } operand ? Unary(unary, AsNumber(operand)) : null,
        Syntax.Binary binary => Both(binary.Left, binary.Right) is var (left, right) ? Limit(Binary(binary, left, right)) : null,
        Syntax.Index index => Both(index.Base, index.Position) is var (at, position) ? Limit(Read(at, AsNumber(position), syntax)) : null,
        Syntax.Member member => Member(member),
        Syntax.Cast cast => Bind(cast.Operand) is { } value ? Cast(cast, AsNumber(value)) : null,
        _ => throw new ArgumentOutOfRangeException(nameof(syntax)),
    };

    private (Bound Left, Bound Right)? Both(Syntax left, Syntax right)
    {
        // Errors on the right are reported beside those on the left.
        var (first, second) = (Bind(left), Bind(right));
        return first is null || second is null ? null : (first, second);
    }

    private Bound? Name(Syntax.Name name)
    {
        if (_scope.Find(name.Value) is not { } value)
        {
            if (_scope.KnowsTypes && _scope.WhyNot(name.Value) is { } reason)
            {
                return Fail(name, DiagnosticCode.UnknownValue, $"'{Quoted.Clip(name.Value)}' has no value", reason);
            }

            return Fail(
                name,
                DiagnosticCode.UnknownValue,
                $"unknown name '{Quoted.Clip(name.Value)}'",
                _scope.WhyNot(name.Value) ?? NeedsTypes(name) ?? Suggestion.DidYouMean(name.Value, _scope.Names)
                    ?? $"known here: {Quoted.List(_scope.Names)}");
        }

        _used.Add((value, name));
        return new Bound(value.Term, value.Type, name, 3);
    }

    private string? NeedsTypes(Syntax.Name name) => !_scope.KnowsTypes && ValueName.IsQualified(name.Value)
        ? "variables of the program need debug information: add 'args: auto'"
        : null;

    private Bound? Unary(Syntax.Unary unary, Bound value)
    {
        if (value.Type.IsText || value.Type is StaticType.Float
            || (unary.Sign != "!" && value.Type is StaticType.Pointer) || (unary.Sign == "~" && value.Type is StaticType.Duration))
        {
            return Fail(unary, DiagnosticCode.TypeMismatch, $"'{unary.Sign}' does not take {value.Type.Noun}", Hint(value));
        }

        var (op, type) = unary.Sign switch
        {
            "!" => (UnaryOperator.Not, StaticType.Boolean),
            "~" => (UnaryOperator.Complement, Wide(value)),
            _ => (UnaryOperator.Negate, value.Type is StaticType.Duration ? value.Type : Wide(value)),
        };
        Term term = (value.Term, op) switch
        {
            (Term.Number number, UnaryOperator.Negate) => new Term.Number(unchecked(-number.Value)),
            (Term.Number number, UnaryOperator.Complement) => new Term.Number(~number.Value),
            _ => new Term.Unary(op, value.Term),
        };
        return new Bound(term, type, unary, value.Cost + 1);
    }

    /// <summary>Reads what lies at a pointer, or in the array that begins there.</summary>
    private Bound? Read(Bound pointer, Bound? position, Syntax source)
    {
        if (position is not null && !IsNumber(position))
        {
            return Fail(position.Source, DiagnosticCode.TypeMismatch, $"an index is a number, not {position.Type.Noun}", null);
        }

        if (pointer.Type is StaticType.TextObject text)
        {
            // The object stands for its address.
            var place = position is null ? pointer.Term : Offset(BinaryOperator.Add, pointer.Term, position.Term, text.Layout.Size);
            return pointer with { Term = place, Source = source, Cost = pointer.Cost + (position?.Cost ?? 0) + 2 };
        }

        if (pointer.Type is StaticType.PointerToValue led && position is null or { Term: Term.Number { Value: 0 } })
        {
            return pointer with { Term = led.Value, Type = led.Target, Source = source };
        }

        if (pointer.Type is not StaticType.Pointer to)
        {
            return Fail(
                pointer.Source,
                DiagnosticCode.TypeMismatch,
                $"{pointer.Type.Noun} is no pointer",
                pointer.Type is StaticType.Integer ? "say what is there: *(int32*)address" : null);
        }

        if (to.Target is not { } target)
        {
            return Fail(
                pointer.Source, DiagnosticCode.TypeMismatch, "it is not known what this pointer points to", "say it: *(int32*)pointer");
        }

        if (target is StaticType.Unknown or StaticType.Structure { Shape.Size: 0 })
        {
            return Fail(
                pointer.Source, DiagnosticCode.TypeMismatch, "it is not known how this pointer's target lies in memory",
                (target as StaticType.Structure)?.Shape.WhyIncomplete);
        }

        if (to.Count is { } count && position?.Term is Term.Number { Value: var number } && (ulong)number >= (ulong)count)
        {
            return Fail(
                position.Source, DiagnosticCode.TypeMismatch,
                FormattableString.Invariant($"the array has {count} elements: 0 to {count - 1}"), null);
        }

        var address = position is null or { Term: Term.Number { Value: 0 } }
            ? pointer.Term
            : Offset(BinaryOperator.Add, pointer.Term, position.Term, target.Width);
        return new Bound(DebugValue.AtAddress(address, target), target, source, pointer.Cost + (position?.Cost ?? 0) + 4);
    }

    private Bound? Cast(Syntax.Cast cast, Bound value)
    {
        if (_scope.KnowsTypes && cast.To.ProgramName is { } program)
        {
            return CastToProgram(cast, value, program);
        }

        if (cast.To.Specify(out var problem) is not { } spec)
        {
            _report(problem);
            return null;
        }

        if (value.Type is StaticType.Float)
        {
            return Fail(cast, DiagnosticCode.TypeMismatch, FloatsAreOnlyShown, "its bits are *(uint64*)address");
        }

        if (value.Type is StaticType.ThreadName or StaticType.Quotation)
        {
            return Fail(cast, DiagnosticCode.TypeMismatch, $"{value.Type.Noun} that lies at no address cannot be cast", null);
        }

        if (cast.To.Target is null && spec.Type is not (CaptureType.Integer
            or CaptureType.Bool or CaptureType.Char or CaptureType.Pointer or CaptureType.Text or CaptureType.Utf16 or CaptureType.Utf32))
        {
            return Fail(
                cast,
                DiagnosticCode.TypeMismatch,
                $"'{Quoted.Clip(cast.To.Name)}' says how a value is shown, not how it is computed",
                $"write capture: {{name: {{value: …, type: {Quoted.Clip(cast.To.Name)}}}}}");
        }

        var term = spec.Static switch
        {
            StaticType.Bool => new Term.Binary(BinaryOperator.NotEqual, value.Term, new Term.Number(0)),
            var same when value.Type == same => value.Term,
            _ => NameScope.Widen(value.Term, spec.Static),
        };
        return new Bound(term, spec.Static, cast, value.Cost + 2)
        {
            Capture = spec.Type is CaptureType.LimitedText ? spec.Type : null,
        };
    }

    private Bound? Limit(Bound? value)
    {
        if (value is null || value.Cost <= MaxTerms)
        {
            return value;
        }

        if (!_isTooLarge)
        {
            Fail(value.Source, DiagnosticCode.ExpressionTooLarge,
                "this computes more than a probe should", "capture the parts and compute later; division of signed values costs most");
        }

        _isTooLarge = true;
        return null;
    }

    private Bound? Fail(Syntax at, string code, string message, string? hint)
    {
        _report(new TextProblem(at.Start, Math.Max(1, at.Length), code, message, hint));
        return null;
    }

    private const string FloatsAreOnlyShown = "floating point numbers are read and shown; the kernel does not compute with them";

    private static StaticType Wide(Bound value) => value.IsUnsigned ? StaticType.UInt64 : StaticType.Int64;

    private static bool IsNumber(Bound value) => value.Type is StaticType.Integer or StaticType.Bool or StaticType.Character;

    private static string? Hint(Bound? value) => value?.Type switch
    {
        StaticType.Pointer { Target: StaticType.Character } =>
            "texts are compared: path == '/a', path ~ '/api/*'; the address is (ptr)path",
        StaticType.Float => "it can be captured: capture: {name: '*(double*)address'}",
        { IsWide: true, IsText: false } =>
            "UTF-16 and UTF-32 are not compared as text in the kernel: compare units, such as name[0] == 'a'",
        { IsText: true } => "texts are compared: comm == 'nginx', path ~ '/api/*'",
        StaticType.Pointer => "its number is (uint64)pointer",
        _ => null,
    };

    /// <summary>The address some elements away from a pointer.</summary>
    private static Term.Binary Offset(BinaryOperator op, Term pointer, Term count, int size) => new(
        op,
        pointer,
        (size, count) switch
        {
            (1, _) => count,
            (_, Term.Number number) => new Term.Number(unchecked(number.Value * size)),
            _ => new Term.Binary(BinaryOperator.Multiply, count, new Term.Number(size)),
        });
}
