using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding.Expressions;

/// <summary>The part for operators between two values.</summary>
internal sealed partial class ExpressionBinder
{
    /// <summary>The cost of looking for a part at every place of a text: the kernel's verifier follows each.</summary>
    private const int SearchCost = 200;

    private Bound? Binary(Syntax.Binary binary, Bound left, Bound right)
    {
        if (left.Type is StaticType.Float || right.Type is StaticType.Float)
        {
            var number = left.Type is StaticType.Float ? left : right;
            return Fail(number.Source, DiagnosticCode.TypeMismatch, FloatsAreOnlyShown, Hint(number));
        }

        if (binary.IsMatch || binary.Sign is "==" or "!=" or "<" or "<=" or ">" or ">=")
        {
            return Comparison(binary, left, right);
        }

        (left, right) = (AsNumber(left), AsNumber(right));
        if (binary.Sign is "&&" or "||")
        {
            return Logic(binary, left, right);
        }

        if (left.Type is StaticType.Pointer || right.Type is StaticType.Pointer)
        {
            return PointerArithmetic(binary, left, right);
        }

        if (left.Type.IsText || right.Type.IsText)
        {
            return Refuse(binary, left, right);
        }

        return left.Type is StaticType.Duration || right.Type is StaticType.Duration
            ? DurationArithmetic(binary, left, right)
            : Arithmetic(binary, left, right, left.IsUnsigned || right.IsUnsigned ? StaticType.UInt64 : StaticType.Int64);
    }

    private Bound? Logic(Syntax.Binary binary, Bound left, Bound right)
    {
        foreach (var side in new[] { left, right })
        {
            if (side.Type.IsText)
            {
                return Fail(side.Source, DiagnosticCode.TypeMismatch, $"'{binary.Sign}' does not take {side.Type.Noun}", Hint(side));
            }
        }

        return Of(binary, binary.Sign == "&&" ? BinaryOperator.AndAlso : BinaryOperator.OrElse, left, right, StaticType.Boolean);
    }

    private Bound? Comparison(Syntax.Binary binary, Bound left, Bound right)
    {
        if ((left.Type is StaticType.Pointer { IsText: false } && right.Source is Syntax.Quotation)
            || (right.Type is StaticType.Pointer { IsText: false } && left.Source is Syntax.Quotation))
        {
            return Mismatch(binary, "compare", left, right, WidePointerHint(left, right));
        }

        // 'x' is a number beside numbers and a text beside texts.
        left = right.Type.IsText ? left : AsNumber(left);
        right = left.Type.IsText ? right : AsNumber(right);
        if (left.Type.IsText || right.Type.IsText || binary.IsMatch)
        {
            return TextComparison(binary, left, right);
        }

        if (left.Type is StaticType.Duration != right.Type is StaticType.Duration && !IsPlainNumber(left) && !IsPlainNumber(right))
        {
            return Mismatch(binary, "compare", left, right, DurationHint);
        }

        WarnOfUnit(left, right);
        var unsigned = left.IsUnsigned || right.IsUnsigned;
        var op = binary.Sign switch
        {
            "==" => BinaryOperator.Equal,
            "!=" => BinaryOperator.NotEqual,
            "<" => unsigned ? BinaryOperator.Below : BinaryOperator.Less,
            "<=" => unsigned ? BinaryOperator.BelowOrEqual : BinaryOperator.LessOrEqual,
            ">" => unsigned ? BinaryOperator.Above : BinaryOperator.Greater,
            _ => unsigned ? BinaryOperator.AboveOrEqual : BinaryOperator.GreaterOrEqual,
        };
        return Of(binary, op, left, right, StaticType.Boolean);
    }

    private Bound? TextComparison(Syntax.Binary binary, Bound left, Bound right)
    {
        if (!left.Type.IsText || !right.Type.IsText)
        {
            var text = left.Type.IsText ? left : right;
            return binary.IsMatch && !left.Type.IsText
                ? Fail(
                    left.Source, DiagnosticCode.TypeMismatch,
                    $"'{binary.Sign}' matches a string with a pattern, not {left.Type.Noun}", null)
                : Mismatch(
                    binary,
                    "compare",
                    left,
                    right,
                    IsPlainNumber(left) || IsPlainNumber(right) ? Hint(text) : WidePointerHint(left, right));
        }

        if (left.Source is Syntax.Quotation && right.Source is not Syntax.Quotation && !binary.IsMatch)
        {
            (left, right) = (right, left);
        }

        if (left.Source is Syntax.Quotation || right.Source is not Syntax.Quotation quotation)
        {
            return Fail(binary,
                DiagnosticCode.TypeMismatch, "a string is compared with a text in quotes", "such as path == '/a' or path ~ '/api/*'");
        }

        if (!binary.IsMatch && binary.Sign is not ("==" or "!="))
        {
            return Fail(binary, DiagnosticCode.TypeMismatch,
                $"strings have no order: '{binary.Sign}' does not take them", "they are compared with '==', '!=', '~' and '~*'");
        }

        if (left.Type.IsWide)
        {
            return Fail(left.Source, DiagnosticCode.TypeMismatch, "UTF-16 and UTF-32 are not compared as text in the kernel", null);
        }

        var ofThread = left.Type is StaticType.ThreadName;
        if (TextPattern.Of(quotation.Value, binary.Sign, ofThread, out var problem) is not { } test)
        {
            return Fail(quotation, DiagnosticCode.TypeMismatch, problem, null);
        }

        Term match = left.Type switch
        {
            StaticType.ThreadName => new Term.CommMatch(test),
            StaticType.CountedText text => new Term.TextMatch(left.Term, test, text.Length),
            StaticType.TextObject { Layout: var layout } => new Term.TextMatch(
                new Term.Load(Word(layout.Address), 8, Signed: false), test, new Term.Load(Word(layout.Length), 8, Signed: true)),
            _ => new Term.TextMatch(left.Term, test),
        };
        return new Bound(
            binary.Sign == "!=" ? new Term.Unary(UnaryOperator.Not, match) : match,
            StaticType.Boolean,
            binary,
            (left.Cost * 2) + 4 + (test.Length / 4) + (test.Middle.Count > 0 ? SearchCost : 0));

        Term Word(int offset) =>
            offset == 0 ? left.Term : new Term.Binary(BinaryOperator.Add, left.Term, new Term.Number(offset));
    }

    private Bound? PointerArithmetic(Syntax.Binary binary, Bound left, Bound right)
    {
        if (binary.Sign == "+" && IsNumber(left))
        {
            (left, right) = (right, left);
        }

        if (binary.Sign is "+" or "-" && left.Type is StaticType.Pointer pointer && IsNumber(right))
        {
            var term = Offset(
                binary.Sign == "+" ? BinaryOperator.Add : BinaryOperator.Subtract, left.Term, right.Term, pointer.Target?.Width ?? 1);
            return new Bound(term, pointer, binary, left.Cost + right.Cost + 3);
        }

        if (binary.Sign == "-" && left.Type == right.Type && left.Type is StaticType.Pointer { Target: var target })
        {
            var bytes = Of(binary, BinaryOperator.Subtract, left, right, StaticType.Int64);
            return target is null or { Width: 1 } ? bytes : Arithmetic(
                binary with { Sign = "/" },
                bytes,
                new Bound(new Term.Number(target.Width), StaticType.Int64, binary),
                StaticType.Int64);
        }

        return Refuse(binary, left, right);
    }

    private Bound? DurationArithmetic(Syntax.Binary binary, Bound left, Bound right)
    {
        var bothAre = left.Type is StaticType.Duration && right.Type is StaticType.Duration;
        var leftIs = left.Type is StaticType.Duration;
        if (binary.Sign is "+" or "-" or "%")
        {
            WarnOfUnit(left, right);
        }

        return binary.Sign switch
        {
            "+" or "-" or "%" when bothAre
                || IsPlainNumber(left) || IsPlainNumber(right) => Arithmetic(binary, left, right, new StaticType.Duration()),
            "+" or "-" or "%" =>
                Mismatch(binary, binary.Sign switch { "+" => "add", "-" => "subtract", _ => "divide" }, left, right, DurationHint),
            "/" when bothAre => Arithmetic(binary, left, right, StaticType.Int64),
            "/" when leftIs && !right.IsUnsigned => Arithmetic(binary, left, right, new StaticType.Duration()),
            "*" when !bothAre => Arithmetic(binary, left, right, new StaticType.Duration()),
            _ => Fail(binary,
                DiagnosticCode.TypeMismatch, $"'{binary.Sign}' does not take durations like this", "the number of ns is (int64)duration"),
        };
    }

    private static Bound Arithmetic(Syntax.Binary binary, Bound left, Bound right, StaticType type)
    {
        var isSigned = type is not StaticType.Integer { Signed: false };
        if (binary.Sign is "/" or "%" && isSigned && !(left.IsNeverNegative && right.IsNeverNegative))
        {
            return new Bound(
                binary.Sign == "/" ? SignedDivision.Quotient(left, right) : SignedDivision.Remainder(left, right),
                type,
                binary,
                (SignedDivision.Factor * (left.Cost + right.Cost)) + 10);
        }

        // C decides by the left side alone how a shift fills up.
        return binary.Sign is "<<" or ">>"
            ? Of(binary, OperatorOf(binary.Sign, left.IsUnsigned), left, right, left.IsUnsigned ? StaticType.UInt64 : StaticType.Int64)
            : Of(binary, OperatorOf(binary.Sign, !isSigned), left, right, type);
    }

    private static BinaryOperator OperatorOf(string sign, bool unsigned) => sign switch
    {
        "+" => BinaryOperator.Add,
        "-" => BinaryOperator.Subtract,
        "*" => BinaryOperator.Multiply,
        "/" => BinaryOperator.Divide,
        "%" => BinaryOperator.Modulo,
        "&" => BinaryOperator.And,
        "|" => BinaryOperator.Or,
        "^" => BinaryOperator.Xor,
        "<<" => BinaryOperator.ShiftLeft,
        _ => unsigned ? BinaryOperator.ShiftRight : BinaryOperator.ShiftRightArithmetic,
    };

    private static Bound Of(Syntax.Binary binary, BinaryOperator op, Bound left, Bound right, StaticType type) =>
        new(new Term.Binary(op, left.Term, right.Term), type, binary, left.Cost + right.Cost + 1);

    /// <summary>Warns of a constant without a unit beside a duration: it counts nanoseconds, which is seldom meant.</summary>
    private void WarnOfUnit(Bound left, Bound right)
    {
        var (number, other) = IsPlainNumber(left) ? (left, right) : (right, left);
        if (other.Type is StaticType.Duration && IsPlainNumber(number) && number.Term is Term.Number { Value: not 0 and var value })
        {
            _report(new TextProblem(
                number.Source.Start, number.Source.Length, DiagnosticCode.NumberWithoutUnit,
                $"{value} without a unit is {value} nanoseconds here",
                $"write {value}ms or {value}us if these are meant, and {value}ns otherwise")
            { IsWarning = true });
        }
    }

    private static bool IsPlainNumber(Bound value) => value is { IsConstant: true, Type: StaticType.Integer };

    private const string DurationHint = "durations go with durations such as 10ms; the number of ns is (int64)duration";

    private static string? WidePointerHint(Bound left, Bound right) =>
        Hint(new[] { left, right }.FirstOrDefault(side => side.Type.IsWide));

    private Bound? Mismatch(Syntax.Binary binary, string verb, Bound left, Bound right, string? hint) => Fail(
        binary,
        DiagnosticCode.TypeMismatch,
        $"cannot {verb} {left.Type.Noun} {(verb == "compare" ? "with" : "and")} {right.Type.Noun}",
        hint);

    private Bound? Refuse(Syntax.Binary binary, Bound left, Bound right)
    {
        var wrong = left.Type.IsText || (left.Type is StaticType.Pointer && !right.Type.IsText) ? left : right;
        return Fail(binary, DiagnosticCode.TypeMismatch, $"'{binary.Sign}' does not take " +
            $"{wrong.Type.Noun}{(left.Type is StaticType.Pointer && right.Type is StaticType.Pointer ? " and another" : "")}", Hint(wrong));
    }
}
