using System.Buffers;
using TraceAgent.Capture;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Events.Secrets;

/// <summary>
/// Finds values of keys that mark them as secret: <c>password=…</c>, <c>"token": "…"</c>, <c>--api-key …</c>,
/// <c>&lt;secret&gt;…&lt;</c>, headers, fields of forms.
/// </summary>
internal static class KeyedSecret
{
    /// <summary>
    /// The maximum number of characters of a key on either side of the stem; bounds the work on a text that repeats a word.
    /// </summary>
    public const int MaxKeySide = 48;

    private const string UserOption = "-user";
    private const string ShortUserOption = " -u ";

    // Headers whose value is the rest of the line.
    private static readonly string[] Headers = ["authorization", "cookie"];
    private static readonly string[] Schemes = ["bearer", "basic"];
    private static readonly SearchValues<char> OptionEnds = SearchValues.Create(" \t\r\n\0\"'");
    private static readonly SearchValues<char> Numbers = SearchValues.Create("0123456789:");

    /// <summary>
    /// Stems besides the names of keys: options that are followed by <c>name:password</c>, and what SQL has before a password.
    /// </summary>
    public static IEnumerable<string> Stems => [UserOption, ShortUserOption, SqlSecret.Identified];

    /// <summary>
    /// The value of the key of which a stem is a part, empty when it has none, and where that key ends; 0 when there is no key.
    /// </summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">The position of the stem.</param>
    /// <param name="notSecret">Names that are no secrets, although they look like it.</param>
    public static (TextSpan Value, int End) At(ReadOnlySpan<char> text, int at, EquatableArray<string> notSecret)
    {
        var rest = text[at..];
        if (rest.StartsWith(ShortUserOption, StringComparison.Ordinal))
        {
            return (PasswordOfUser(text, at + ShortUserOption.Length), 0);
        }

        if (rest.StartsWith(SqlSecret.Identified, StringComparison.OrdinalIgnoreCase))
        {
            return (SqlSecret.AfterIdentified(text, at), 0);
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

        if (!SecretNames.IsSecret(key) || IsNone(key, notSecret))
        {
            return rest.StartsWith(UserOption, StringComparison.OrdinalIgnoreCase)
                && end == at + UserOption.Length && text[start] == '-' && end < text.Length
                ? (PasswordOfUser(text, end + 1), end) : default;
        }

        var isOption = text[start] == '-' && (start == 0 || text[start - 1] is ' ' or '\t' or '\n' or '\0' or '"' or '\'' or '`');
        var isTag = start > 0 && (text[start - 1] == '<' || (text[start - 1] == ':' && TagSecret.BeginsIn(text[..(start - 1)])));
        var value = isTag ? TagSecret.At(text, end) : default;
        value = value.Length > 0 ? value : Assigned(text, end, toEndOfLine: EndsWithHeader(key));
        value = value.Length > 0 || !isOption ? value : AfterOption(text, end);
        value = value.Length > 0 || !key.Equals("password", StringComparison.OrdinalIgnoreCase)
            ? value
            : SqlSecret.AfterPassword(text, start, end);
        return (value, end);
    }

    /// <summary>True for what a key may consist of.</summary>
    public static bool IsOfKey(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

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
        var at = TextSkip.Quotes(text, end);
        if (at > end && StartsBody(text[at..]) is > 0 and var blank)
        {
            // A field of a form (RFC 7578): name="password", an empty line, the value.
            return SecretValue.Line(text, at + blank);
        }

        // user[password]=…, config["password"] = …
        at = TextSkip.White(text, at < text.Length && text[at] == ']' ? at + 1 : at, out var isOwnLine);
        if (at >= text.Length)
        {
            return default;
        }

        if (text[at] is not ('=' or ':'))
        {
            return text[at..].StartsWith("%3D", StringComparison.OrdinalIgnoreCase) ? SecretValue.Word(text, at + 3) : default;
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

        at = TextSkip.Blanks(text, at);
        if (separator == ':' && Block(text, at) is { Length: > 0 } block)
        {
            return block;
        }

        at = TextSkip.White(text, at, out var isNextLine);
        if (isNextLine && !isOwnLine && BeginsPair(text, at))
        {
            // The value is empty: TOKEN=, and in the next line USER=x.
            return default;
        }

        if (!toEndOfLine)
        {
            return SecretValue.At(text, at);
        }

        var closed = SecretValue.Closed(text, at);
        if (closed.Length == 0)
        {
            return Line(text, at);
        }

        // A Cookie header lists several cookies, of which the first may be harmless: all are hidden.
        var after = closed.Start + closed.Length + 1;
        var continues = after < text.Length && text[after] == ';';
        return continues ? closed with { Length = closed.Length + 1 + SecretValue.Line(text, after).Length } : closed;
    }

    /// <summary>A text block of YAML that begins in the next line, after | or &gt;: all lines that are indented.</summary>
    private static TextSpan Block(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length || text[at] is not ('|' or '>'))
        {
            return default;
        }

        at++;
        for (var signs = 0; signs < 2 && at < text.Length && text[at] is '+' or '-' or (>= '1' and <= '9'); signs++)
        {
            at++;
        }

        var start = TextSkip.White(text, at, out var isNextLine);
        if (!isNextLine)
        {
            return default;
        }

        var end = start;
        while (true)
        {
            end = SecretValue.Line(text, end) is var line ? line.Start + line.Length : end;
            var next = TextSkip.White(text, end, out _);
            if (next == end || next >= text.Length || text[next - 1] is not (' ' or '\t'))
            {
                return new TextSpan(start, end - start);
            }

            end = next;
        }
    }

    /// <summary>True when a line begins with a name and a sign that assigns, and something after it: base64 may end with one.</summary>
    private static bool BeginsPair(ReadOnlySpan<char> text, int at)
    {
        var end = at;
        while (end < text.Length && end - at < MaxKeySide && IsOfKey(text[end]))
        {
            end++;
        }

        if (end == at)
        {
            return false;
        }

        var sign = TextSkip.Blanks(text, end);
        return sign + 1 < text.Length && text[sign + 1] is var next && text[sign] switch
        {
            ':' => next is ' ' or '\t' or '\r' or '\n',
            '=' => next is not ('=' or '\r' or '\n'),
            _ => false,
        };
    }

    /// <summary>The value of --password VALUE, also as elements of a list: "--password", "VALUE".</summary>
    private static TextSpan AfterOption(ReadOnlySpan<char> text, int end)
    {
        var at = TextSkip.Quotes(text, end);
        var isElement = at > end;
        at = TextSkip.Blanks(text, at);
        if (isElement && at < text.Length && text[at] == ',')
        {
            at = TextSkip.White(text, at + 1, out _);
        }
        else if (at == end)
        {
            return default;
        }

        return at >= text.Length || text[at] == '-' ? default : SecretValue.OfOption(text, at);
    }

    /// <summary>The password of name:password; numbers are users and groups.</summary>
    private static TextSpan PasswordOfUser(ReadOnlySpan<char> text, int at)
    {
        at = TextSkip.Quotes(text, TextSkip.Blanks(text, at));
        var end = EndOf(text, at, OptionEnds);
        var colon = text[at..end].IndexOf(':');
        return colon < 0 || !text[at..end].ContainsAnyExcept(Numbers) ? default : new TextSpan(at + colon + 1, end - at - colon - 1);
    }

    private static int StartsBody(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            return 4;
        }

        return text.StartsWith("\n\n", StringComparison.Ordinal) ? 2 : 0;
    }

    // "Authorization: Bearer x" keeps the scheme.
    private static TextSpan Line(ReadOnlySpan<char> text, int at)
    {
        foreach (var scheme in Schemes)
        {
            if (text[at..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                && TextSkip.Blanks(text, at + scheme.Length) is var after && after > at + scheme.Length)
            {
                at = after;
                break;
            }
        }

        return SecretValue.Line(text, at);
    }

    private static int EndOf(ReadOnlySpan<char> text, int at, SearchValues<char> ends) =>
        text[at..].IndexOfAny(ends) is >= 0 and var length ? at + length : text.Length;
}
