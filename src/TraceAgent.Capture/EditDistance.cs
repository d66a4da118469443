namespace TraceAgent.Capture;

/// <summary>
/// Counts the edits from one word to another: insert, delete, replace, swap neighbours (optimal string alignment).
/// </summary>
public static class EditDistance
{
    /// <summary>The number of edits up to which a word may be another one misspelt: a third of it, and at least one.</summary>
    /// <param name="length">The length of the word.</param>
    /// <param name="max">The maximum, whatever the length.</param>
    public static int LimitFor(int length, int max = 4) => Math.Clamp(length / 3, 1, max);

    /// <summary>The size of the rows that <see cref="Between"/> needs for left sides of at most this length.</summary>
    public static int RowsFor(int length, int limit) => 3 * (length + limit + 1);

    /// <summary>The number of edits; or more than <paramref name="limit"/>.</summary>
    /// <param name="left">The one word.</param>
    /// <param name="right">The other word.</param>
    /// <param name="limit">The number of edits from which on more make no difference.</param>
    /// <param name="rows">Memory to compute in, see <see cref="RowsFor"/>; what is in it does not matter.</param>
    public static int Between<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, int limit, Span<int> rows)
        where T : IEquatable<T>
    {
        if (Math.Abs(left.Length - right.Length) > limit)
        {
            return limit + 1;
        }

        var common = left.CommonPrefixLength(right);
        left = left[common..];
        right = right[common..];
        while (left.Length > 0 && right.Length > 0 && left[^1].Equals(right[^1]))
        {
            left = left[..^1];
            right = right[..^1];
        }

        // Of every row only what is at most `limit` away from the diagonal can matter: a million names must stay quick.
        Span<int> beforePrevious = rows.Slice(rows.Length / 3 * 2, right.Length + 1);
        Span<int> previous = rows[..(right.Length + 1)];
        Span<int> current = rows.Slice(rows.Length / 3, right.Length + 1);
        for (var column = 0; column <= right.Length; column++)
        {
            previous[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            var first = Math.Max(1, row - limit);
            var last = Math.Min(right.Length, row + limit);
            var best = current[first - 1] = first == 1 ? row : limit + 1;
            for (var column = first; column <= last; column++)
            {
                var above = column == row + limit ? limit + 1 : previous[column];
                var substituted = previous[column - 1] + (left[row - 1].Equals(right[column - 1]) ? 0 : 1);
                current[column] = Math.Min(substituted, 1 + Math.Min(above, current[column - 1]));
                if (row > 1 && column > 1 && left[row - 1].Equals(right[column - 2]) && left[row - 2].Equals(right[column - 1]))
                {
                    current[column] = Math.Min(current[column], beforePrevious[column - 2] + 1);
                }

                best = Math.Min(best, current[column]);
            }

            if (best > limit)
            {
                return limit + 1;
            }

            var free = beforePrevious;
            beforePrevious = previous;
            previous = current;
            current = free;
        }

        return previous[right.Length];
    }
}
