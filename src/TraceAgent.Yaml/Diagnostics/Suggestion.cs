using TraceAgent.Capture;

namespace TraceAgent.Yaml.Diagnostics;

/// <summary>Finds the word that a misspelt one was meant to be.</summary>
public static class Suggestion
{
    /// <summary>The maximum length of a word that gets a suggestion: the cost of a comparison grows with the square.</summary>
    private const int MaxWordLength = 64;

    /// <summary>The known word nearest to <paramref name="wrong"/>, or null when none is near.</summary>
    public static string? Nearest(string wrong, IEnumerable<string> known) =>
        Nearest(wrong, known, 1) is [var nearest, ..] ? nearest : null;

    /// <summary>Up to <paramref name="count"/> known words near <paramref name="wrong"/>, nearest first.</summary>
    /// <param name="wrong">The word.</param>
    /// <param name="known">The words that there are.</param>
    /// <param name="count">The maximum number of words.</param>
    /// <param name="maxEdits">The maximum number of edits, where a wrong suggestion does harm.</param>
    public static IReadOnlyList<string> Nearest(string wrong, IEnumerable<string> known, int count, int maxEdits = 4)
    {
        if (wrong.Length is 0 or > MaxWordLength)
        {
            return [];
        }

        var limit = EditDistance.LimitFor(wrong.Length, maxEdits);
        Span<int> rows = stackalloc int[EditDistance.RowsFor(MaxWordLength, limit)];
        Span<char> from = stackalloc char[wrong.Length];
        wrong.AsSpan().ToLowerInvariant(from);
        var near = new PriorityQueue<string, (int Distance, int Order)>(
            Comparer<(int Distance, int Order)>.Create((a, b) => b.CompareTo(a)));
        var order = 0;
        foreach (var word in known)
        {
            var distance = IsAbbreviation(wrong, word) ? limit : Distance(from, word, limit, rows);
            if (distance > limit)
            {
                continue;
            }

            near.Enqueue(word, (distance, order++));
            if (near.Count > count)
            {
                near.Dequeue();
            }
        }

        var result = new string[near.Count];
        for (var i = result.Length - 1; i >= 0; i--)
        {
            result[i] = near.Dequeue();
        }

        return result;
    }

    /// <summary>The hint <c>did you mean 'symbol'?</c>, or null when nothing is near.</summary>
    public static string? DidYouMean(string wrong, IEnumerable<string> known) =>
        Nearest(wrong, known) is { } near ? $"did you mean '{near}'?" : null;

    /// <summary>The number of edits from a word in small letters to another, regardless of its case; or more than the limit.</summary>
    private static int Distance(ReadOnlySpan<char> from, string to, int limit, Span<int> rows)
    {
        if (to.Length > from.Length + limit)
        {
            return limit + 1;
        }

        Span<char> lower = stackalloc char[to.Length];
        to.AsSpan().ToLowerInvariant(lower);
        return EditDistance.Between<char>(from, lower, limit, rows);
    }

    /// <summary>True for an abbreviation such as <c>info</c> for <c>Information</c>.</summary>
    private static bool IsAbbreviation(string wrong, string word) =>
        wrong.Length >= 3 && word.StartsWith(wrong, StringComparison.OrdinalIgnoreCase) && word.Length > wrong.Length + 2;
}
