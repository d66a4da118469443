namespace TraceAgent.Events.Secrets;

/// <summary>Finds the passwords in statements of SQL.</summary>
internal static class SqlSecret
{
    /// <summary>The word that SQL has before a password, besides <c>password</c>.</summary>
    public const string Identified = "identified";

    private const int MaxUserLength = 128;

    /// <summary>The value of PASSWORD 'x' of SQL, PASSWORD('x'), SET PASSWORD FOR y = 'x'.</summary>
    public static TextSpan AfterPassword(ReadOnlySpan<char> text, int start, int end)
    {
        var at = TextSkip.White(text, end, out _);
        if (at < text.Length && text[at] == '(')
        {
            at = TextSkip.White(text, at + 1, out _);
        }
        else if (at > end && SkipWord(text, at, "for") is var user && user > at
            && text[..start].TrimEnd().EndsWith("set", StringComparison.OrdinalIgnoreCase))
        {
            var rest = text[user..Math.Min(text.Length, user + MaxUserLength)];
            return rest.IndexOf('=') is >= 0 and var sign
                ? SecretValue.At(text, TextSkip.White(text, user + sign + 1, out _))
                : default;
        }

        return at > end ? SecretValue.Quoted(text, at) : default;
    }

    /// <summary>
    /// The value of IDENTIFIED [WITH x] BY [PASSWORD] 'x' of SQL. Oracle wants no quotes; without capitals, that is English.
    /// </summary>
    public static TextSpan AfterIdentified(ReadOnlySpan<char> text, int start)
    {
        var end = start + Identified.Length;
        var at = TextSkip.White(text, end, out _);
        if (SkipWord(text, at, "with") is var plugin && plugin > at)
        {
            at = plugin;
            while (at < text.Length && at - plugin < KeyedSecret.MaxKeySide
                && (KeyedSecret.IsOfKey(text[at]) || SecretQuote.IsSign(text[at])))
            {
                at++;
            }

            at = TextSkip.White(text, at, out _);
        }

        var by = SkipWord(text, at, "by");
        by = by > at ? by : SkipWord(text, at, "as");
        if (at == end || by == at)
        {
            return default;
        }

        var isSql = !text[start..end].ContainsAnyInRange('a', 'z');
        at = SkipWord(text, SkipWord(text, by, "password"), "values");
        if (SecretValue.Quoted(text, at) is { Length: > 0 } quoted)
        {
            return quoted;
        }

        return isSql ? SecretValue.At(text, at) : default;
    }

    /// <summary>The position after a word and the white space that follows it; the same position when the word is not there.</summary>
    private static int SkipWord(ReadOnlySpan<char> text, int at, string word)
    {
        if (!text[at..].StartsWith(word, StringComparison.OrdinalIgnoreCase))
        {
            return at;
        }

        var end = at + word.Length;
        var next = TextSkip.White(text, end, out _);
        return next > end || (next < text.Length && SecretQuote.IsSign(text[next])) ? next : at;
    }
}
