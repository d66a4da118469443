namespace TraceAgent.Capture;

/// <summary>Matches patterns in which <c>*</c> stands for any characters and <c>?</c> for one. Nothing else is special.</summary>
public static class Wildcard
{
    /// <summary>True when the text has a wildcard.</summary>
    public static bool IsIn(ReadOnlySpan<char> text) => IndexIn(text) >= 0;

    /// <summary>The place of the first wildcard; -1 when there is none.</summary>
    public static int IndexIn(ReadOnlySpan<char> text) => text.IndexOfAny('*', '?');

    /// <summary>True when the pattern stands for all of the text. Takes time in proportion to both lengths, multiplied.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase = false)
    {
        // Where the last star is, and the place in the text after what it stands for: nothing before it need be tried again.
        var (p, t, star, retry) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, retry) = (p++, t);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || Equal(pattern[p], text[t], ignoreCase)))
            {
                (p, t) = (p + 1, t + 1);
            }
            else if (star >= 0)
            {
                (p, t) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    private static bool Equal(char a, char b, bool ignoreCase) =>
        a == b || (ignoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));
}
