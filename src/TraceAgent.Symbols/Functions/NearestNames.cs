using System.Buffers.Text;
using System.Text;
using TraceAgent.Capture;
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

        var limit = EditDistance.LimitFor(name.Length);
        var found = new SortedSet<(int Distance, string Name)>();
        var rows = new int[EditDistance.RowsFor(MaxNameLength, limit)];
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
            : EditDistance.Between(name, candidate, found.Count == MaxNames ? Math.Clamp(found.Max.Distance - 1, 0, limit) : limit, rows);

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
}
