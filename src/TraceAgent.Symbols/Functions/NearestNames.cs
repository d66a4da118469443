using System.Buffers.Text;
using System.Text;
using TraceAgent.Demangling;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Names;

namespace TraceAgent.Symbols.Functions;

/// <summary>Finds what a mistyped name may have meant.</summary>
internal static class NearestNames
{
    private const int MaxNames = 3;
    private const int MaxNameLength = 128;

    // A million templates of which each has the word `std` would take seconds.
    private const int MaxDemangled = 100_000;

    /// <summary>The names, at most three, the nearest first; empty when none is near.</summary>
    public static IReadOnlyList<string> Of(string wanted, FunctionIndex functions)
    {
        var forAnyTypes = GoSpelling.ForAnyTypes(wanted);
        var name = Encoding.UTF8.GetBytes(forAnyTypes ?? wanted);
        if (name.Length is 0 or > MaxNameLength)
        {
            return [];
        }

        // A third of the letters may differ; more than that is another word.
        var limit = Math.Clamp(name.Length / 3, 1, 4);
        var found = new SortedSet<(int Distance, string Name)>();
        var rows = new int[3 * (MaxNameLength + limit + 1)];
        var pattern = new SymbolPattern(wanted);
        var demangled = 0;
        functions.ForEachName(candidate =>
        {
            // As long as no types are asked for, a generic function of Go is found without them.
            candidate = forAnyTypes is not null && GoSpelling.SourceOf(candidate) is { } generic
                ? Encoding.UTF8.GetBytes(generic)
                : candidate;
            var distance = CloneNames.IsCloneOf(candidate, name) ? 0 : DistanceTo(candidate);
            if (IsNear(distance))
            {
                Add(distance, Encoding.UTF8.GetString(candidate));
            }
            else if (Demangler.IsMangled(candidate)
                && demangled < MaxDemangled && MayBeNear(candidate, pattern, limit) && Demangler.Demangle(candidate) is { } source)
            {
                demangled++;
                var shown = wanted.Contains('(', StringComparison.Ordinal) ? source.Full : source.Name;
                distance = DistanceTo(Encoding.UTF8.GetBytes(shown));
                if (IsNear(distance))
                {
                    Add(distance, shown);
                }
            }
        });
        return [.. found.Select(item => item.Name)];

        int DistanceTo(ReadOnlySpan<byte> candidate) => Ascii.EqualsIgnoreCase(candidate, name)
            ? 1
            : Distance(name, candidate, found.Count == MaxNames ? Math.Clamp(found.Max.Distance - 1, 0, limit) : limit, rows);

        bool IsNear(int distance) => distance <= limit && (found.Count < MaxNames || distance < found.Max.Distance);

        void Add(int distance, string text)
        {
            found.Add((distance, text));
            if (found.Count > MaxNames)
            {
                found.Remove(found.Max);
            }
        }
    }

    /// <summary>
    /// True when reading the mangled name may lead to something near: it has one of the words that were asked for, or it is a
    /// lone name that is about as long.
    /// </summary>
    private static bool MayBeNear(ReadOnlySpan<byte> mangled, SymbolPattern wanted, int limit)
    {
        const int shortestWord = 3;
        foreach (var word in wanted.Fragments)
        {
            if (word.Length >= shortestWord && mangled.IndexOf(word) >= 0)
            {
                return true;
            }
        }

        // _Z8checkouti: the length of the name stands before it.
        return wanted.Fragments.Length == 1
            && Utf8Parser.TryParse(mangled[2..], out int length, out _) && Math.Abs(length - wanted.Name.Length) <= limit;
    }

    /// <summary>
    /// The number of edits: insert, delete, replace, swap neighbours (optimal string alignment); or more than <paramref name="limit"/>.
    /// </summary>
    internal static int Distance(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int limit, int[] rows)
    {
        if (Math.Abs(left.Length - right.Length) > limit)
        {
            return limit + 1;
        }

        var common = left.CommonPrefixLength(right);
        left = left[common..];
        right = right[common..];
        while (left.Length > 0 && right.Length > 0 && left[^1] == right[^1])
        {
            left = left[..^1];
            right = right[..^1];
        }

        // Of every row only what is at most `limit` away from the diagonal can matter: a million names must stay quick.
        Span<int> beforePrevious = rows.AsSpan(rows.Length / 3 * 2, right.Length + 1);
        Span<int> previous = rows.AsSpan(0, right.Length + 1);
        Span<int> current = rows.AsSpan(rows.Length / 3, right.Length + 1);
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
                var substituted = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(substituted, 1 + Math.Min(above, current[column - 1]));
                if (row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1])
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
