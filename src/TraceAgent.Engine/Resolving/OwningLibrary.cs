using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine.Targets;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Engine.Resolving;

/// <summary>Finds which of the libraries that a file needs has the function that the file itself has not.</summary>
public static class OwningLibrary
{
    /// <summary>The maximum number of libraries that are opened.</summary>
    private const int MaxLibraries = 64;

    /// <summary>The problem with the name of the library as its hint, when there is one.</summary>
    /// <param name="problem">A problem of the file.</param>
    /// <param name="image">The file.</param>
    /// <param name="symbol">The name as in the rule.</param>
    public static SiteProblem Named(SiteProblem problem, ElfImage image, string symbol)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(image);
        return problem.Code is SiteCodes.SymbolNotFound or SiteCodes.Imported
            && !Wildcard.IsIn(symbol) && Find(image, symbol) is { } library
            ? problem with { Hint = $"{library} has it: write `binary: {library}`" }
            : problem;
    }

    /// <summary>Searches breadth first, as the loader looks symbols up.</summary>
    private static string? Find(ElfImage image, string symbol)
    {
        var search = new LibrarySearch(Architecture.OfThisMachine);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var names = new Queue<string>(image.Needed.Where(seen.Add));
        while (names.TryDequeue(out var name) && seen.Count <= MaxLibraries)
        {
            if (search.Find(name) is not [var path, ..] || ElfImage.TryOpen(path, out _) is not { } library)
            {
                continue;
            }

            using (library)
            {
                if (library.HasFunction(symbol))
                {
                    return name;
                }

                foreach (var next in library.Needed.Where(seen.Add))
                {
                    names.Enqueue(next);
                }
            }
        }

        return null;
    }
}
