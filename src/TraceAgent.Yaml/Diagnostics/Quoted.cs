namespace TraceAgent.Yaml.Diagnostics;

/// <summary>Quotes a user's text inside a message.</summary>
public static class Quoted
{
    private const int MaxLength = 60;

    /// <summary>Cuts text of any length to what a person reads in a message.</summary>
    public static string Clip(string text)
    {
        if (text.Length <= MaxLength)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return $"{text.AsSpan(0, end)}…";
    }

    /// <summary>Lists words as <c>'a', 'b', 'c'</c>.</summary>
    public static string List(IEnumerable<string> words) => string.Join(", ", words.Select(w => $"'{w}'"));
}
