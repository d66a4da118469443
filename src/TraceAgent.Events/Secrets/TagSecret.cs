namespace TraceAgent.Events.Secrets;

/// <summary>Finds the values of XML tags whose names mark them as secret.</summary>
internal static class TagSecret
{
    private const int MaxTagLength = 256;

    /// <summary>True when a name with a &lt; before it ends the text: the name space of a tag.</summary>
    public static bool BeginsIn(ReadOnlySpan<char> text)
    {
        var at = text.Length;
        while (at > 0 && text.Length - at < KeyedSecret.MaxKeySide && KeyedSecret.IsOfKey(text[at - 1]))
        {
            at--;
        }

        return at > 0 && at < text.Length && text[at - 1] == '<';
    }

    /// <summary>The text between a tag and the next one; empty when the tag has none.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="end">The end of the tag's name.</param>
    public static TextSpan At(ReadOnlySpan<char> text, int end)
    {
        var tag = text[end..Math.Min(text.Length, end + MaxTagLength)];
        if (tag.IndexOfAny('<', '>') is not (>= 0 and var close) || tag[close] == '<' || (close > 0 && tag[close - 1] == '/'))
        {
            return default;
        }

        var start = end + close + 1;
        var length = text[start..].IndexOf('<') is >= 0 and var stop ? stop : text.Length - start;
        return new TextSpan(start, length);
    }
}
