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
    /// <param name="mostEdits">The maximum number of edits, where a wrong suggestion does harm.</param>
    public static IReadOnlyList<string> Nearest(string wrong, IEnumerable<string> known, int count, int mostEdits = 4)
    {
        if (wrong.Length is 0 or > MaxWordLength)
        {
            return [];
        }

        // A third of the word may differ: more than that is another word.
        var limit = Math.Clamp(wrong.Length / 3, 1, mostEdits);
        var near = new PriorityQueue<string, (int Distance, int Order)>(
            Comparer<(int Distance, int Order)>.Create((a, b) => b.CompareTo(a)));
        var order = 0;
        foreach (var word in known)
        {
            var distance = IsAbbreviation(wrong, word) ? limit : Distance(wrong, word, limit);
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

    /// <summary>
    /// The number of edits from one word to the other, regardless of case: insert, delete, replace, swap neighbours (optimal
    /// string alignment). Anything above <paramref name="limit"/> is only known to be above it.
    /// </summary>
    private static int Distance(string from, string to, int limit)
    {
        if (Math.Abs(from.Length - to.Length) > limit)
        {
            return limit + 1;
        }

        Span<int> beforeLast = stackalloc int[MaxWordLength + 8];
        Span<int> last = stackalloc int[MaxWordLength + 8];
        Span<int> row = stackalloc int[MaxWordLength + 8];
        for (var j = 0; j <= to.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= from.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replace = last[j - 1] + (Same(from[i - 1], to[j - 1]) ? 0 : 1);
                row[j] = Math.Min(replace, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(from[i - 1], to[j - 2]) && Same(from[i - 2], to[j - 1]))
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }

                least = Math.Min(least, row[j]);
            }

            if (least > limit)
            {
                return limit + 1;
            }

            var spare = beforeLast;
            beforeLast = last;
            last = row;
            row = spare;
        }

        return last[to.Length];
    }

    /// <summary>True for an abbreviation such as <c>info</c> for <c>Information</c>.</summary>
    private static bool IsAbbreviation(string wrong, string word) =>
        wrong.Length >= 3 && word.StartsWith(wrong, StringComparison.OrdinalIgnoreCase) && word.Length > wrong.Length + 2;

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
