namespace TraceAgent.Events.Secrets;

/// <summary>Skips what may stand between a key and its value. All methods return the position after it.</summary>
internal static class TextSkip
{
    /// <summary>Skips the quotes around a name: also escaped ones, and those that CSV doubles.</summary>
    public static int Quotes(ReadOnlySpan<char> text, int at)
    {
        if (!SecretQuote.TryOpen(text, at, out var quote))
        {
            return at;
        }

        at += quote.Escapes + 1;
        return quote.Escapes == 0 && at < text.Length && text[at] == quote.Sign ? at + 1 : at;
    }

    /// <summary>Skips spaces, tabs and the NULs between the words of a command line.</summary>
    public static int Blanks(ReadOnlySpan<char> text, int at)
    {
        while (at >= 0 && at < text.Length && text[at] is ' ' or '\t' or '\0')
        {
            at++;
        }

        return at;
    }

    /// <summary>Skips blanks and ends of lines, but not an empty line.</summary>
    public static int White(ReadOnlySpan<char> text, int at, out bool hasLineEnd)
    {
        hasLineEnd = false;
        while ((at = Blanks(text, at)) < text.Length && text[at] is '\r' or '\n')
        {
            // An empty line ends headers.
            if (text[at..].StartsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                break;
            }

            hasLineEnd = true;
            at++;
        }

        return at;
    }
}
