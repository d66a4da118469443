using System.Globalization;

namespace TraceAgent.Symbols.Usdt;

/// <summary>
/// A constant of the assembler: a number, or a distance from one symbol, as <c>counter+8*(4-1)</c>. Arithmetic wraps at 64 bits.
/// </summary>
/// <param name="Symbol">The name of the symbol; empty for none.</param>
/// <param name="Offset">The number, or the bytes from the symbol.</param>
internal readonly record struct OperandNumber(string Symbol, long Offset)
{
    /// <summary>Reads a whole text; null when it is no such constant.</summary>
    public static OperandNumber? Read(string text)
    {
        var reader = new Reader(text);
        return reader.Sum() is { } value && reader.IsAtEnd ? value : null;
    }

    /// <summary>Parses a number, decimal or hexadecimal, with or without a sign.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out long number)
    {
        var negative = text is ['-', ..];
        var digits = text is ['-' or '+', ..] ? text[1..] : text;
        var isRead = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        number = unchecked(negative ? -(long)value : (long)value);
        return isRead;
    }

    private OperandNumber? Plus(OperandNumber other) => Symbol.Length > 0 && other.Symbol.Length > 0
        ? null
        : new OperandNumber(Symbol + other.Symbol, unchecked(Offset + other.Offset));

    private OperandNumber? Times(OperandNumber other) => Symbol.Length > 0 || other.Symbol.Length > 0
        ? null
        : new OperandNumber("", unchecked(Offset * other.Offset));

    /// <summary>Reads sums of products; operands are short, which bounds how deep brackets nest.</summary>
    private sealed class Reader(string text)
    {
        private int _at;

        public bool IsAtEnd => Peek() == '\0' && _at >= text.Length;

        public OperandNumber? Sum()
        {
            var sum = Product();
            while (sum is { } left && Peek() is '+' or '-')
            {
                var sign = text[_at++] == '-' ? -1 : 1;
                sum = Product() is { } right && (sign == 1 ? right : right.Times(new OperandNumber("", sign))) is { } signed
                    ? left.Plus(signed)
                    : null;
            }

            return sum;
        }

        private OperandNumber? Product()
        {
            var product = Factor();
            while (product is { } left && Peek() == '*')
            {
                _at++;
                product = Factor() is { } right ? left.Times(right) : null;
            }

            return product;
        }

        private OperandNumber? Factor()
        {
            switch (Peek())
            {
                case '-':
                    _at++;
                    return Factor()?.Times(new OperandNumber("", -1));
                case '+':
                    _at++;
                    return Factor();
                case '(':
                    _at++;
                    var inner = Sum();
                    return Peek() == ')' && _at++ >= 0 ? inner : null;
                default:
                    return Word();
            }
        }

        private OperandNumber? Word()
        {
            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '$' or '@'))
            {
                _at++;
            }

            var word = text[start.._at];
            if (word.Length == 0)
            {
                return null;
            }

            if (!char.IsAsciiDigit(word[0]))
            {
                return new OperandNumber(word, 0);
            }

            return TryNumber(word, out var number) ? new OperandNumber("", number) : null;
        }

        private char Peek()
        {
            while (_at < text.Length && text[_at] == ' ')
            {
                _at++;
            }

            return _at < text.Length ? text[_at] : '\0';
        }
    }
}
