using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Names;
using TraceAgent.Symbols.Safety;

namespace TraceAgent.Symbols.Functions;

/// <summary>Resolves the name, or the pattern, of <c>symbol:</c> to sites.</summary>
internal sealed class SymbolResolver(ElfImage image, string displayPath, Location.Symbol where, SiteRequest request)
{
    private readonly SymbolPattern _pattern = new(where.Name);

    /// <exception cref="IOException">The operating system could not read.</exception>
    public void Resolve(List<PlacedSite> sites, List<SiteProblem> problems)
    {
        var found = image.Functions.Find(_pattern, request.MaxSites);
        if (found.Kind != FunctionIndex.NameKind.Function)
        {
            problems.Add(new MissingFunction(image, displayPath, _pattern).Problem(found.Kind));
            return;
        }

        if (found.Count > request.MaxSites)
        {
            problems.Add(TooMany(found.Count));
            return;
        }

        if (found.Count == 1 && found.IndirectCount == 0)
        {
            var nearest = new NearestPlaces(image, displayPath);
            var gate = new SiteGate(image, displayPath, request, problems, nearest);
            if (Pass(gate, found.Functions[0], problems, nearest) is { } site)
            {
                sites.Add(site);
            }
        }
        else
        {
            ResolveSeveral(found, sites, problems);
        }

        if (sites.Count > 0)
        {
            WarnOfClones(found.Functions, problems);
        }
    }

    /// <summary>Resolves the probeable ones of many; the refusals of the others become one warning, not thousands.</summary>
    private void ResolveSeveral(FunctionSearch found, List<PlacedSite> sites, List<SiteProblem> problems)
    {
        var skipped = new SkippedFunctions(displayPath, where.Name, found.Count + found.IndirectCount);
        var own = new List<SiteProblem>();
        var gate = new SiteGate(image, displayPath, request, own);
        foreach (var function in found.Functions)
        {
            own.Clear();
            if (_pattern.IsGlob && !function.IsEntered)
            {
                skipped.Add(function, SkippedFunctions.NotEntered);
            }
            else if (Pass(gate, function, own, nearest: null) is { } site)
            {
                sites.Add(site);
                skipped.Warn(own);
            }
            else
            {
                skipped.Add(function, own.FirstOrDefault(problem => problem.Refused)
                    ?? new SiteProblem(SiteCodes.OutsideCode, Refused: true, $"{function.Shown} is outside the code of {displayPath}"));
            }
        }

        skipped.AddIndirect(found.IndirectCount);
        problems.AddRange(skipped.Problems(anySites: sites.Count > 0));
    }

    private PlacedSite? Pass(SiteGate gate, FunctionRange function, List<SiteProblem> problems, NearestPlaces? nearest)
    {
        if (where.Addend < function.End - function.Start)
        {
            return gate.Pass(function, function.Start + where.Addend) is { } site ? site with { Function = function } : null;
        }

        problems.Add(new SiteProblem(
            SiteCodes.BeyondFunction, Refused: true,
            $"{function.Shown}+0x{where.Addend:x} is beyond the end of '{function.Shown}' in {displayPath}, which has " +
                $"0x{function.End - function.Start:x} {(function.End - function.Start == 1 ? "byte" : "bytes")}",
            nearest?.LastOf(function)));
        return null;
    }

    private SiteProblem TooMany(int count) => new(
        SiteCodes.TooManySites, Refused: true,
        FormattableString.Invariant(
            $"'{where.Name}' matches {count:N0} functions of {displayPath}, ") +
            $"and the rule may have {Plural.Grouped(request.MaxSites, "site")}",
        count <= SiteResolution.MaxSites
            ? $"make the name narrower, or allow them with `max_sites: {count}`"
            : FormattableString.Invariant($"make the name narrower; `max_sites` can be {SiteResolution.MaxSites:N0} at most"));

    private void WarnOfClones(IReadOnlyList<FunctionRange> functions, List<SiteProblem> problems)
    {
        const int max = 3;
        var clones = image.Functions.ClonesOf(functions.Select(function => function.Name).ToHashSet(StringComparer.Ordinal), max);
        if (clones.Count > 0)
        {
            problems.Add(new SiteProblem(
                SiteCodes.Clones, Refused: false,
                $"the compiler also made {string.Join(", ", clones)} of '{where.Name}' in {displayPath}; calls of these are not seen",
                request.CapturesArguments
                    ? "add a rule for each of them; their arguments may differ from the source"
                    : "add a rule for each of them"));
        }
    }
}
