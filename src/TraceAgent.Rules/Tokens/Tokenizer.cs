using System.Globalization;
using System.Text;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tokens;

/// <summary>Splits expressions and signatures into words.</summary>
internal sealed class Tokenizer
{
    /// <summary>The maximum number of UTF-16 units.</summary>
    public const int MaxTextLength = 4096;

    /// <summary>The signs, longer ones first.</summary>
    private static readonly string[] Signs =
    [
        "...", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "->", "::",
        "+", "-", "*", "/", "%", "<", ">", "&", "^", "|", "!", "~", "(", ")", "[", "]", ".", ",", ";", "=", "?", ":", "{", "}",
    ];

    private static readonly Dictionary<string, ulong> Units = new()
    {
        ["ns"] = 1,
        ["us"] = 1_000,
        ["µs"] = 1_000,
        ["ms"] = 1_000_000,
        ["s"] = 1_000_000_000,
        ["m"] = 60_000_000_000,
        ["h"] = 3_600_000_000_000,
    };

    private readonly string _text;
    private readonly Action<TextProblem> _report;
    private readonly List<Token> _tokens = [];
    private int _at;

    private Tokenizer(string text, Action<TextProblem> report)
    {
        _text = text;
        _report = report;
    }

    /// <summary>Reads the words with the end after them. Only the first error is reported; the rest is not read.</summary>
    public static List<Token> Read(string text, Action<TextProblem> report)
    {
        var tokenizer = new Tokenizer(text, report);
        if (text.Length > MaxTextLength)
        {
            tokenizer.Bad(MaxTextLength, 1, DiagnosticCode.ExpressionTooLarge, $"longer than {MaxTextLength} characters", null);
        }
        else
        {
            tokenizer.Run();
        }

        tokenizer._tokens.Add(new Token(TokenKind.End, "", 0, text.Length, 0));
        return tokenizer._tokens;
    }

    private void Run()
    {
        while (true)
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }

            if (_at == _text.Length || !Next())
            {
                return;
            }
        }
    }

    /// <summary>Reads a word; false when nothing after it can be understood.</summary>
    private bool Next()
    {
        var c = _text[_at];
        if (char.IsAsciiDigit(c))
        {
            return Number();
        }

        if (c is '\'' or '"')
        {
            return Quotation(c);
        }

        if (IsNameCharacter(c))
        {
            var start = _at;
            while (_at < _text.Length && IsNameCharacter(_text[_at]))
            {
                _at++;
            }

            Add(TokenKind.Name, _text[start.._at], 0, start);
            return true;
        }

        if (Array.Find(Signs, s => string.CompareOrdinal(_text, _at, s, 0, s.Length) == 0) is not { } sign)
        {
            var length = char.IsHighSurrogate(c) && _at + 1 < _text.Length ? 2 : 1;
            return Bad(_at, length, DiagnosticCode.ExpressionSyntax, $"unexpected '{_text.AsSpan(_at, length)}'", null);
        }

        _at += sign.Length;
        Add(TokenKind.Sign, sign, 0, _at - sign.Length);
        return true;
    }

    private bool Number()
    {
        var start = _at;
        while (_at < _text.Length && (IsNameCharacter(_text[_at]) || _text[_at] == 'µ'))
        {
            _at++;
        }

        // A fraction: `1.5ms` is one word to its writer.
        var hasPoint = _at + 1 < _text.Length && _text[_at] == '.' && char.IsAsciiDigit(_text[_at + 1]);
        while (hasPoint && _at < _text.Length && (IsNameCharacter(_text[_at]) || _text[_at] is 'µ' or '.'))
        {
            _at++;
        }

        var word = _text[start.._at];
        if (hasPoint)
        {
            return Bad(start,
                word.Length, DiagnosticCode.ExpressionSyntax, $"'{Quoted.Clip(word)}' is not a whole number", "write 1500us for 1.5ms");
        }

        var isHex = word.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var digits = isHex ? 2 : 0;
        while (digits < word.Length && (isHex ? char.IsAsciiHexDigit(word[digits]) : char.IsAsciiDigit(word[digits])))
        {
            digits++;
        }

        var unit = word[digits..];
        var isRead = isHex
            ? ulong.TryParse(word.AsSpan(2..digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            : ulong.TryParse(word.AsSpan(..digits), NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (isRead && unit.TrimStart("uUlL").IsEmpty && unit.Length <= 3)
        {
            Add(TokenKind.Number, word, value, start);
            return true;
        }

        if (isRead && !isHex && Units.TryGetValue(unit, out var factor) && value <= (ulong)long.MaxValue / factor)
        {
            Add(TokenKind.Duration, word, value * factor, start);
            return true;
        }

        return digits < word.Length || isRead
            ? Bad(start,
                word.Length, DiagnosticCode.ExpressionSyntax, $"'{Quoted.Clip(word)}' is not a number", "such as 42, 0x2a, 'c', 10ms or 1s")
            : Bad(start, word.Length, DiagnosticCode.ExpressionSyntax, $"'{Quoted.Clip(word)}' does not fit into 64 bits", null);
    }

    private bool Quotation(char quote)
    {
        var start = _at++;
        var value = new StringBuilder();
        while (true)
        {
            if (_at == _text.Length)
            {
                return Bad(start, 1, DiagnosticCode.ExpressionSyntax, $"a {quote} without its end", null);
            }

            var c = _text[_at++];
            if (c == quote)
            {
                break;
            }

            if (c == '\\')
            {
                if (Escape() is not { } escaped)
                {
                    return Bad(_at - 1, Math.Min(2, _text.Length - _at
                        + 1), DiagnosticCode.ExpressionSyntax, "unknown escape", @"known: \\ \' \"" \n \r \t \0 \x41");
                }

                c = escaped;
            }

            value.Append(c);
        }

        var isCharacter = quote == '\'' && value.Length == 1 && value[0] <= 0xff;
        _tokens.Add(new Token(TokenKind.Quotation, value.ToString(), isCharacter ? value[0] : 0U, start, _at - start)
        { MayBeCharacter = isCharacter });
        return true;
    }

    /// <summary>Reads the character after a backslash; null, and nothing is read, when it is none.</summary>
    private char? Escape()
    {
        if (_at == _text.Length)
        {
            return null;
        }

        if (_text[_at] == 'x')
        {
            if (_at + 2 >= _text.Length
                || !byte.TryParse(_text.AsSpan(_at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                return null;
            }

            _at += 3;
            return (char)code;
        }

        char? escaped = _text[_at] switch
        {
            '\\' or '\'' or '"' => _text[_at],
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            _ => null,
        };
        _at += escaped is null ? 0 : 1;
        return escaped;
    }

    private void Add(TokenKind kind, string text, ulong value, int start) => _tokens.Add(new Token(kind, text, value, start, _at - start));

    private bool Bad(int start, int length, string code, string message, string? hint)
    {
        _report(new TextProblem(start, length, code, message, hint));
        _tokens.Add(new Token(TokenKind.Bad, "", 0, start, length));
        return false;
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
