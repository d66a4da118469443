using System.Buffers;

namespace TraceAgent.Events.Secrets;

/// <summary>
/// Finds the end of a value whose key marks it as secret: a word, a quoted text, or a list or an object with everything in it. A
/// value without an end goes on to the end of the text, which may have been cut.
/// </summary>
internal static class SecretValue
{
    /// <summary>
    /// The characters of prefixes of quoted texts: <c>u'…'</c>, <c>Rb"…"</c>, <c>N'…'</c>, <c>u8"…"</c>, <c>$@"…"</c>,
    /// <c>r#"…"#</c>, <c>&amp;"…"</c>.
    /// </summary>
    private const string PrefixSigns = "ubrftUBRFTNELc8@$#&";

    private const int MaxPrefixLength = 3;

    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" \t\r\n\"'&;,<>(){}[]|\\`");
    private static readonly SearchValues<char> OptionEnds = SearchValues.Create(" \t\r\n\0\"'`");
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");
    private static readonly SearchValues<char> Brackets = SearchValues.Create("()[]{}\"'`\\");

    /// <summary>The value that begins at a position; empty when none does.</summary>
    public static TextSpan At(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length)
        {
            return default;
        }

        if (Quoted(text, at) is { Length: > 0 } quoted)
        {
            return quoted;
        }

        // A pointer of Go to a structure.
        at = text[at] == '&' && at + 1 < text.Length && IsOpen(text[at + 1]) ? at + 1 : at;
        if (!IsOpen(text[at]))
        {
            return FromTo(at, EndOfWords(text, at));
        }

        var close = EndOfGroup(text, at);
        var isType = close + 1 < text.Length && (char.IsLetterOrDigit(text[close + 1]) || IsOpen(text[close + 1]));
        return isType ? FromTo(at, EndOfWords(text, close + 1)) : FromTo(at + 1, close);
    }

    /// <summary>The value of an option, as a shell has it.</summary>
    public static TextSpan OfOption(ReadOnlySpan<char> text, int at) =>
        Quoted(text, at) is { Length: > 0 } quoted ? quoted : FromTo(at, EndOf(text, at, OptionEnds));

    /// <summary>A list or object, or a quoted text; empty for anything else.</summary>
    public static TextSpan Closed(ReadOnlySpan<char> text, int at) =>
        at < text.Length && IsOpen(text[at]) ? FromTo(at + 1, EndOfGroup(text, at)) : Quoted(text, at);

    /// <summary>The content of a quoted text; empty for an empty one, and for anything else.</summary>
    public static TextSpan Quoted(ReadOnlySpan<char> text, int at)
    {
        var opens = at;
        while (opens < text.Length && opens - at < MaxPrefixLength && PrefixSigns.Contains(text[opens], StringComparison.Ordinal))
        {
            opens++;
        }

        if (!SecretQuote.TryOpen(text, opens, out var quote))
        {
            return default;
        }

        if (opens == at)
        {
            return FromTo(quote.Content, quote.End(text));
        }

        if (text[opens - 1] == '#')
        {
            // A raw text of Rust may have quotes in it.
            var end = text[quote.Content..].IndexOf("\"#", StringComparison.Ordinal);
            return FromTo(at, end < 0 ? text.Length : quote.Content + end);
        }

        // The prefix is hidden too: it can be the whole value, where the quote closes what is around it.
        return FromTo(at, quote.End(text));
    }

    public static int EndOfWord(ReadOnlySpan<char> text, int at) => EndOf(text, at, WordEnds);

    public static TextSpan Line(ReadOnlySpan<char> text, int at) => FromTo(at, EndOf(text, at, LineEnds));

    public static TextSpan Word(ReadOnlySpan<char> text, int at) => FromTo(at, EndOfWord(text, at));

    /// <summary>
    /// The end of a value without quotes. A bracket right after a word belongs to it (<c>Some("x")</c> of Rust, <c>[]string{"x"}</c>
    /// of Go), and so does a quote between two letters.
    /// </summary>
    private static int EndOfWords(ReadOnlySpan<char> text, int start)
    {
        var at = start;
        while ((at = EndOfWord(text, at)) < text.Length)
        {
            if (IsOpen(text[at]))
            {
                at = Math.Min(text.Length, EndOfGroup(text, at) + 1);
            }
            else if (SecretQuote.IsSign(text[at]) && at > start && char.IsLetterOrDigit(text[at - 1])
                && at + 1 < text.Length && char.IsLetterOrDigit(text[at + 1]))
            {
                at++;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    /// <summary>
    /// The position where the bracket closes that opens at a position. Only their number counts, so that no stack is needed: one
    /// that closes another kind is an error of the text, which then hides more.
    /// </summary>
    private static int EndOfGroup(ReadOnlySpan<char> text, int at)
    {
        var depth = 0;
        while ((at = EndOf(text, at, Brackets)) < text.Length)
        {
            if (IsOpen(text[at]))
            {
                depth++;
            }
            else if (text[at] is ')' or ']' or '}')
            {
                if (--depth == 0)
                {
                    return at;
                }
            }
            else if (MayOpen(text[..at]) && SecretQuote.TryOpen(text, at, out var quote))
            {
                at = quote.After(text, quote.End(text));
                continue;
            }

            at++;
        }

        return text.Length;
    }

    // Not the apostrophe of "it's", but the quote of u'x'.
    private static bool MayOpen(ReadOnlySpan<char> before)
    {
        for (var i = 0; i < MaxPrefixLength && before.Length > 0 && PrefixSigns.Contains(before[^1], StringComparison.Ordinal); i++)
        {
            before = before[..^1];
        }

        return before.IsEmpty || !char.IsLetterOrDigit(before[^1]);
    }

    private static bool IsOpen(char c) => c is '(' or '[' or '{';

    private static TextSpan FromTo(int start, int end) => new(start, end - start);

    private static int EndOf(ReadOnlySpan<char> text, int at, SearchValues<char> ends) =>
        text[at..].IndexOfAny(ends) is >= 0 and var length ? at + length : text.Length;
}
