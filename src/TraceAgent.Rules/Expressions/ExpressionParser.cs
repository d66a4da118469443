using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Expressions;

/// <summary>
/// Parses expressions with C's precedence. <c>~</c> and <c>~*</c> between two values match a text with a pattern and bind like
/// <c>==</c>.
/// </summary>
internal sealed class ExpressionParser
{
    public const int DeepestNesting = 64;

    // Between a namespace and a name in it.
    private const string Scope = "::";

    /// <summary>The operators, loosest first; those of one row bind alike, from the left.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Levels { get; } =
    [
        ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!=", "~", "~*"], ["<", "<=", ">", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"],
    ];

    private readonly Func<string, bool> _isValue;
    private readonly Action<TextProblem> _report;
    private readonly TypeReader _reader;
    private int _depth;
    private bool _failed;

    private ExpressionParser(List<Token> tokens, Func<string, bool> isValue, Action<TextProblem> report)
    {
        _isValue = isValue;
        _report = report;
        _reader = new TypeReader(tokens, Report);
    }

    private Token Current => _reader.Current;

    /// <param name="text">The expression.</param>
    /// <param name="isValue">True for the name of a value: then <c>(name)</c> is no cast.</param>
    /// <param name="report">Receives the first problem only.</param>
    /// <returns>Null when something is wrong.</returns>
    public static Syntax? Parse(string text, Func<string, bool> isValue, Action<TextProblem> report)
    {
        var isRead = true;
        var tokens = Tokenizer.Read(text, problem =>
        {
            isRead = false;
            report(problem);
        });
        if (!isRead)
        {
            return null;
        }

        var parser = new ExpressionParser(tokens, isValue, report);
        if (parser.Current.Kind == TokenKind.End)
        {
            parser.Report(new TextProblem(0, Math.Max(1, text.Length), DiagnosticCode.ExpressionSyntax, "an expression is missing"));
            return null;
        }

        var result = parser.Level(0);
        if (result is not null && parser.Current.Kind != TokenKind.End)
        {
            parser.Unexpected();
        }

        return parser._failed ? null : result;
    }

    private Syntax? Level(int level)
    {
        if (level == Levels.Count)
        {
            return Operand();
        }

        var left = Level(level + 1);
        while (left is not null && Current.Kind == TokenKind.Sign && Levels[level].Contains(Operator()))
        {
            var sign = Operator();
            _reader.At += sign == "~*" ? 2 : 1;
            left = Level(level + 1) is { } right ? new Syntax.Binary(sign, left, right, left.Start, right.End) : null;
        }

        return left;
    }

    /// <summary>
    /// The operator between two values. The star of <c>~*</c> reads no memory there: after it is a text in quotes, which has none.
    /// </summary>
    private string Operator() =>
        Current.Is("~") && _reader.Peek(1) is var star && star.Is("*") && star.Start == Current.End ? "~*" : Current.Text;

    private Syntax? Operand()
    {
        if (_depth == DeepestNesting)
        {
            return TooDeep();
        }

        _depth++;
        var result = Prefixed();
        _depth--;
        return result;
    }

    private Syntax? Prefixed()
    {
        var start = Current;
        if (start.Is("-") || start.Is("!") || start.Is("~") || start.Is("*"))
        {
            _reader.At++;
            return Operand() is { } operand ? new Syntax.Unary(start.Text, operand, start.Start, operand.End) : null;
        }

        if (start.Is("+"))
        {
            _reader.At++;
            return Operand();
        }

        if (!start.Is("(") || !IsCast())
        {
            return Postfixed();
        }

        _reader.At++;
        if (_reader.Read() is not { } type || !Expect(")"))
        {
            return null;
        }

        return Operand() is { } value ? new Syntax.Cast(type, value, start.Start, value.End) : null;
    }

    /// <summary>
    /// True when a cast follows: after the bracket stands a type that is no value's name; or any name, as Go's with a dot or
    /// one with its namespaces, with nothing but stars after it.
    /// </summary>
    private bool IsCast()
    {
        var first = _reader.Peek(1);
        if (first.Kind != TokenKind.Name || _isValue(first.Text))
        {
            return false;
        }

        if (_reader.BeginsAt(1))
        {
            return true;
        }

        var after = _reader.Peek(2).Is(".") && _reader.Peek(3).Kind == TokenKind.Name ? 4 : 2;
        while (_reader.Peek(after).Is("::") && _reader.Peek(after + 1).Kind == TokenKind.Name)
        {
            after += 2;
        }

        var stars = 0;
        while (_reader.Peek(after + stars).Is("*"))
        {
            stars++;
        }

        return stars > 0 && _reader.Peek(after + stars).Is(")");
    }

    private Syntax? Postfixed()
    {
        var value = Primary();
        while (value is not null)
        {
            if (Current.Is("["))
            {
                _reader.At++;
                if (Level(0) is not { } position)
                {
                    return null;
                }

                var end = Current.End;
                value = Expect("]") ? new Syntax.Index(value, position, value.Start, end) : null;
            }
            else if (Current.Is("->") || Current.Is("."))
            {
                value = Member(value);
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private Syntax? Member(Syntax value)
    {
        var sign = Current;
        _reader.At++;
        if (Current.Kind != TokenKind.Name)
        {
            return Fail(
                Current, DiagnosticCode.ExpressionSyntax, $"unexpected {Current.Noun}", $"a member's name belongs after '{sign.Text}'");
        }

        var name = Current;
        _reader.At++;
        return new Syntax.Member(value, sign.Text, sign.Start, name.Text, name.End);
    }

    private Syntax? Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _reader.At++;
                return new Syntax.Number(token.Value, token.Start, token.End);
            case TokenKind.Duration:
                _reader.At++;
                return new Syntax.Duration(token.Value, token.Start, token.End);
            case TokenKind.Quotation:
                _reader.At++;
                return new Syntax.Quotation(token.Text, token.MayBeCharacter, token.Start, token.End);
            case TokenKind.Name:
                return Name();
            default:
                if (!token.Is("("))
                {
                    return Unexpected();
                }

                _reader.At++;
                var inner = Level(0);
                var end = Current.End;
                return inner is not null && Expect(")") ? inner with { Start = token.Start, End = end } : null;
        }
    }

    /// <summary>A name, with the namespaces that are in front of it.</summary>
    private Syntax? Name()
    {
        var (first, name) = (Current, Current.Text);
        _reader.At++;
        var end = first.End;
        while (Current.Is(Scope) && _reader.Peek(1).Kind == TokenKind.Name)
        {
            (name, end) = ($"{name}{Scope}{_reader.Peek(1).Text}", _reader.Peek(1).End);
            _reader.At += 2;
        }

        return Current.Is("(")
            ? Fail(
                Current, DiagnosticCode.ExpressionSyntax, $"'{Quoted.Clip(name)}' cannot be called", "expressions have no functions")
            : new Syntax.Name(name, first.Start, end);
    }

    private bool Expect(string sign)
    {
        if (!Current.Is(sign))
        {
            Fail(Current, DiagnosticCode.ExpressionSyntax, $"unexpected {Current.Noun}", $"a '{sign}' belongs here");
            return false;
        }

        _reader.At++;
        return true;
    }

    private Syntax? Unexpected() => Fail(
        Current,
        DiagnosticCode.ExpressionSyntax,
        $"unexpected {Current.Noun}",
        Current.Text == "=" ? "two values are compared with '=='" : null);

    private Syntax? TooDeep() =>
        Fail(Current, DiagnosticCode.ExpressionTooLarge, $"expressions nest deeper than {DeepestNesting} here", null);

    private Syntax? Fail(Token at, string code, string message, string? hint)
    {
        Report(new TextProblem(at.Start, Math.Max(1, at.Length), code, message, hint));
        return null;
    }

    private void Report(TextProblem problem)
    {
        if (!_failed)
        {
            _report(problem);
        }

        _failed = true;
    }
}
