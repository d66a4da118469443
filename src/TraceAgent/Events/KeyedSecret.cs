using System.Buffers;
using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Events;

/// <summary>
/// Values of keys that tell that they are secret: <c>password=…</c>, <c>"token": "…"</c>, <c>--api-key …</c>,
/// <c>&lt;secret&gt;…&lt;</c>, headers, fields of forms.
/// </summary>
internal static class KeyedSecret
{
    /// <summary>Characters of a key on either side of the word that tells; bounds the work on a text that repeats a word.</summary>
    private const int MaxKeySide = 48;

    private const int LongestTag = 256;
    private const string UserOption = "-user";
    private const string ShortUserOption = " -u ";

    // Their value is the rest of the line.
    private static readonly string[] Headers = ["authorization", "cookie"];
    private static readonly string[] Schemes = ["bearer", "basic"];
    private static readonly SearchValues<char> ValueEnds = SearchValues.Create(" \t\r\n\"'&;,<>(){}[]|\\`");
    private static readonly SearchValues<char> OptionEnds = SearchValues.Create(" \t\r\n\0\"'");
    private static readonly SearchValues<char> Numbers = SearchValues.Create("0123456789:");
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    /// <summary>Options that are followed by <c>name:password</c>.</summary>
    public static IEnumerable<string> Stems => [UserOption, ShortUserOption];

    /// <summary>
    /// The value of the key of which a stem is a part, empty when it has none, and where that key ends; 0 when there is no key.
    /// </summary>
    /// <param name="text">All of it.</param>
    /// <param name="at">Of the stem.</param>
    /// <param name="notSecret">Names that are no secrets, whatever they tell.</param>
    public static (TextSpan Value, int End) At(ReadOnlySpan<char> text, int at, EquatableArray<string> notSecret)
    {
        var rest = text[at..];
        if (rest.StartsWith(ShortUserOption, StringComparison.Ordinal))
        {
            return (PasswordOfUser(text, at + ShortUserOption.Length), 0);
        }

        var (start, end) = (at, at);
        while (start > 0 && at - start < MaxKeySide && IsOfKey(text[start - 1]))
        {
            start--;
        }

        while (end < text.Length && end - at < MaxKeySide && IsOfKey(text[end]))
        {
            end++;
        }

        var key = text[start..end].TrimStart("-.");
        if (key.IsEmpty)
        {
            return default;
        }

        if (!SecretNames.Tell(key) || IsNone(key, notSecret))
        {
            return rest.StartsWith(UserOption, StringComparison.OrdinalIgnoreCase)
                && end == at + UserOption.Length && text[start] == '-' && end < text.Length
                ? (PasswordOfUser(text, end + 1), end) : default;
        }

        var isOption = text[start] == '-' && (start == 0 || text[start - 1] is ' ' or '\t' or '\n' or '\0' or '"' or '\'');
        var isTag = start > 0 && (text[start - 1] == '<' || (text[start - 1] == ':' && BeginsTag(text[..(start - 1)])));
        var value = isTag ? InTag(text, end) : default;
        value = value.Length > 0 ? value : Assigned(text, end, toEndOfLine: EndsWithHeader(key));
        value = value.Length > 0 || !isOption ? value : BehindOption(text, end);
        return (value, end);
    }

    public static int EndOfValue(ReadOnlySpan<char> text, int at) => EndOf(text, at, ValueEnds);

    private static bool IsOfKey(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

    private static bool IsNone(ReadOnlySpan<char> key, EquatableArray<string> notSecret)
    {
        foreach (var name in notSecret)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool EndsWithHeader(ReadOnlySpan<char> key)
    {
        foreach (var header in Headers)
        {
            if (key.EndsWith(header, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static TextSpan Assigned(ReadOnlySpan<char> text, int end, bool toEndOfLine)
    {
        var at = SkipQuote(text, end, out _);
        if (at > end && StartsBody(text[at..]) is > 0 and var blank)
        {
            // A field of a form (RFC 7578): name="password", an empty line, the value.
            return Until(text, at + blank, LineEnds);
        }

        at = SkipBlanks(text, at);
        if (at >= text.Length)
        {
            return default;
        }

        if (text[at] is not ('=' or ':'))
        {
            return text[at..].StartsWith("%3D", StringComparison.OrdinalIgnoreCase) ? Until(text, at + 3, ValueEnds) : default;
        }

        var separator = text[at++];
        if (at < text.Length && text[at] == '>')
        {
            at++;
        }
        else if (at < text.Length && text[at] == separator)
        {
            // a == b compares, a::b is a name.
            return default;
        }

        at = SkipBlanks(text, at);
        var quoted = SkipQuote(text, at, out var quote);
        if (quoted != at)
        {
            return new TextSpan(quoted, EndOfQuoted(text, quoted, quote, isEscaped: text[at] == '\\') - quoted);
        }

        return toEndOfLine ? Line(text, at) : Until(text, at, ValueEnds);
    }

    /// <summary>--password VALUE, also as elements of a list: "--password", "VALUE".</summary>
    private static TextSpan BehindOption(ReadOnlySpan<char> text, int end)
    {
        var at = SkipQuote(text, end, out _);
        var isElement = at > end;
        at = SkipBlanks(text, at);
        if (isElement && at < text.Length && text[at] == ',')
        {
            at = SkipBlanks(text, at + 1);
        }
        else if (at == end)
        {
            return default;
        }

        var quoted = SkipQuote(text, at, out var quote);
        if (quoted > at)
        {
            return new TextSpan(quoted, EndOfQuoted(text, quoted, quote, isEscaped: text[at] == '\\') - quoted);
        }

        return at >= text.Length || text[at] == '-' ? default : Until(text, at, OptionEnds);
    }

    /// <summary>The password of name:password; numbers are users and groups.</summary>
    private static TextSpan PasswordOfUser(ReadOnlySpan<char> text, int at)
    {
        at = SkipQuote(text, SkipBlanks(text, at), out _);
        var end = EndOf(text, at, OptionEnds);
        var colon = text[at..end].IndexOf(':');
        return colon < 0 || !text[at..end].ContainsAnyExcept(Numbers) ? default : new TextSpan(at + colon + 1, end - at - colon - 1);
    }

    /// <summary>Whether a name with a &lt; before it ends the text: the name space of a tag.</summary>
    private static bool BeginsTag(ReadOnlySpan<char> text)
    {
        var at = text.Length;
        while (at > 0 && text.Length - at < MaxKeySide && IsOfKey(text[at - 1]))
        {
            at--;
        }

        return at > 0 && at < text.Length && text[at - 1] == '<';
    }

    private static TextSpan InTag(ReadOnlySpan<char> text, int end)
    {
        var tag = text[end..Math.Min(text.Length, end + LongestTag)];
        if (tag.IndexOfAny('<', '>') is not (>= 0 and var close) || tag[close] == '<' || (close > 0 && tag[close - 1] == '/'))
        {
            return default;
        }

        var start = end + close + 1;
        var length = text[start..].IndexOf('<') is >= 0 and var stop ? stop : text.Length - start;
        return new TextSpan(start, length);
    }

    private static int StartsBody(ReadOnlySpan<char> text) =>
        text.StartsWith("\r\n\r\n", StringComparison.Ordinal) ? 4 : text.StartsWith("\n\n", StringComparison.Ordinal) ? 2 : 0;

    // "Authorization: Bearer x" keeps the scheme.
    private static TextSpan Line(ReadOnlySpan<char> text, int at)
    {
        foreach (var scheme in Schemes)
        {
            if (text[at..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                && SkipBlanks(text, at + scheme.Length) is var after && after > at + scheme.Length)
            {
                at = after;
                break;
            }
        }

        return Until(text, at, LineEnds);
    }

    private static int SkipQuote(ReadOnlySpan<char> text, int at, out char quote)
    {
        quote = '\0';
        if (at < 0)
        {
            return at;
        }

        var next = at < text.Length && text[at] == '\\' ? at + 1 : at;
        if (next >= text.Length || text[next] is not ('"' or '\''))
        {
            return at;
        }

        quote = text[next];
        return next + 1;
    }

    private static int SkipBlanks(ReadOnlySpan<char> text, int at)
    {
        while (at >= 0 && at < text.Length && text[at] is ' ' or '\t' or '\0')
        {
            at++;
        }

        return at;
    }

    private static int EndOfQuoted(ReadOnlySpan<char> text, int at, char quote, bool isEscaped)
    {
        for (; at < text.Length; at++)
        {
            if (text[at] == quote)
            {
                return at;
            }

            if (text[at] == '\\')
            {
                if (isEscaped && at + 1 < text.Length && text[at + 1] == quote)
                {
                    return at;
                }

                at++;
            }
        }

        return text.Length;
    }

    private static TextSpan Until(ReadOnlySpan<char> text, int at, SearchValues<char> ends) => new(at, EndOf(text, at, ends) - at);

    private static int EndOf(ReadOnlySpan<char> text, int at, SearchValues<char> ends) =>
        text[at..].IndexOfAny(ends) is >= 0 and var length ? at + length : text.Length;
}
