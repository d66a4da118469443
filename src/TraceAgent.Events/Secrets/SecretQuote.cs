namespace TraceAgent.Events.Secrets;

/// <summary>
/// The beginning of a quoted text, in the ways of many languages: <c>"…"</c>, <c>'''…'''</c>, <c>`…`</c>, <c>\"…\"</c> inside another
/// text, and <c>""…""</c> of CSV.
/// </summary>
/// <param name="Sign">The sign of the quote.</param>
/// <param name="Escapes">The number of backslashes before each quote.</param>
/// <param name="Count">The number of quotes that begin and end it.</param>
/// <param name="Content">The position after the quotes.</param>
internal readonly record struct SecretQuote(char Sign, int Escapes, int Count, int Content)
{
    // A text that is escaped four times; bounds the work on a run of backslashes.
    private const int MaxEscapes = 15;

    private int Length => (Escapes + 1) * Count;

    public static bool IsSign(char c) => c is '"' or '\'' or '`';

    public static bool TryOpen(ReadOnlySpan<char> text, int at, out SecretQuote quote)
    {
        quote = default;
        var escapes = 0;
        while (escapes < MaxEscapes && at + escapes < text.Length && text[at + escapes] == '\\')
        {
            escapes++;
        }

        if (at + escapes >= text.Length || !IsSign(text[at + escapes]))
        {
            return false;
        }

        var one = new SecretQuote(text[at + escapes], escapes, 1, at + escapes + 1);
        var run = 1;
        var after = one.Content;
        while (run < 5 && one.IsAt(text, after))
        {
            run++;
            after += one.Length;
        }

        // An empty text has two as well, and CSV writes it with four: then no word begins after them.
        var isWord = after < text.Length && (char.IsLetterOrDigit(text[after]) || text[after] is '_' or '$' or '!' or '#' or '*' or '+');
        var count = (run, isWord) switch
        {
            (4, false) => 1,
            ( >= 3, _) => 3,
            (2, true) => 2,
            _ => 1,
        };
        quote = one with { Count = count, Content = at + ((escapes + 1) * count) };
        return true;
    }

    /// <summary>The end of what is quoted: at the quotes that close it, or at the end of the text.</summary>
    public int End(ReadOnlySpan<char> text)
    {
        var run = 0;
        for (var at = Content; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                run++;
                continue;
            }

            // Fewer backslashes end the text around it; of more, those of its own level escape when they are odd.
            if (text[at] == Sign && (run < Escapes || (run - Escapes) / (Escapes + 1) % 2 == 0))
            {
                var start = at - Math.Min(run, Escapes);
                if (run < Escapes || (Count == 1 ? !Continues(text, ref at) : IsClosedAt(text, start)))
                {
                    return start;
                }
            }

            run = 0;
        }

        return text.Length;
    }

    /// <summary>The position after the quotes that <see cref="End"/> has found.</summary>
    public int After(ReadOnlySpan<char> text, int end) => Math.Min(text.Length, IsClosedAt(text, end) ? end + Length : end + 1);

    /// <summary>Skips a quote that does not end the text: a doubled one in SQL, and <c>'\''</c> in a shell.</summary>
    private bool Continues(ReadOnlySpan<char> text, ref int at)
    {
        if (Escapes > 0)
        {
            return false;
        }

        if (at + 1 < text.Length && text[at + 1] == Sign)
        {
            at++;
            return true;
        }

        if (!text[at..].StartsWith("'\\''", StringComparison.Ordinal))
        {
            return false;
        }

        at += 3;
        return true;
    }

    private bool IsClosedAt(ReadOnlySpan<char> text, int at)
    {
        for (var i = 0; i < Count; i++)
        {
            if (!IsAt(text, at + (i * (Escapes + 1))))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsAt(ReadOnlySpan<char> text, int at)
    {
        if (at + Escapes >= text.Length || text[at + Escapes] != Sign)
        {
            return false;
        }

        return !text.Slice(at, Escapes).ContainsAnyExcept('\\');
    }
}
