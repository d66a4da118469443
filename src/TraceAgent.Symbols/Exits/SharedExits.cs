using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Exits;

/// <summary>
/// Finds who else calls the functions that traced ones leave to: these calls hit the probes there, too. Where one place may call both,
/// more probes tell their calls apart.
/// </summary>
/// <param name="image">The image, for x86-64.</param>
/// <param name="displayPath">The name of the file in messages.</param>
internal sealed class SharedExits(ElfImage image, string displayPath)
{
    private const int MaxNames = 3;

    /// <summary>
    /// The sites with their guards where these are needed: a place calls both by a pointer. Else no call of ours, left behind by
    /// an exception, can have the return address of another one at its place.
    /// </summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public List<PlacedSite> Guard(List<PlacedSite> sites, List<SiteProblem> problems)
    {
        var unguarded = new Dictionary<ulong, FunctionRange>();
        var guarded = sites.ConvertAll(site =>
        {
            if (site.Site.Followed.Count == 0 || !NeedsGuards(site))
            {
                return site;
            }

            foreach (var function in site.Unguarded)
            {
                unguarded[function.Start] = function;
            }

            return site with { Site = site.Site with { Exits = WithGuards(site) } };
        });
        if (unguarded.Count > 0)
        {
            var (first, others) = (unguarded.Values.First(), unguarded.Count - 1);
            problems.Add(new SiteProblem(
                SiteCodes.UnguardedExit, Refused: false,
                $"calls that leave to {first.Shown} in {displayPath} by a jump, and end there by an exception, may be taken for "
                    + $"later calls of it from the same place{(others == 0 ? "" : $"; the same of {others} more")}",
                "compare the results with what the program does, or use `on: entry`"));
        }

        return guarded;
    }

    private bool NeedsGuards(PlacedSite site)
    {
        var taken = image.Derive(static image => new TakenAddresses(image));
        return taken.MayHold(site.Functions[0].Start) && site.Site.Followed.Any(one => taken.MayHold(one.Address));
    }

    /// <summary>The exits and the guards; an instruction that is both has the meaning of both.</summary>
    private static EquatableArray<ExitSite> WithGuards(PlacedSite site)
    {
        var exits = site.Site.Exits.ToList();
        foreach (var guard in site.Guards.OrderBy(guard => guard.Form.IsFirst))
        {
            var known = exits.FindIndex(exit => exit.Offset == guard.Offset && exit.Form.Kind != ExitKind.Restart);
            if (known < 0)
            {
                exits.Add(guard);
            }
            else if (guard.Form.IsFirst)
            {
                exits[known] = exits[known] with { Form = exits[known].Form with { IsFirst = true } };
            }
        }

        return exits.ToEquatableArray();
    }

    /// <summary>The sites with the callers of what they leave to; a warning in <paramref name="problems"/> where there are any.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public List<PlacedSite> Count(List<PlacedSite> sites, List<SiteProblem> problems)
    {
        var traced = sites.SelectMany(site => site.Functions).DistinctBy(function => function.Start).ToList();
        var followed = sites.SelectMany(site => site.Site.Followed).Select(one => one.Address).ToHashSet();
        if (followed.Count == 0)
        {
            return sites;
        }

        var counted = CallerScan.Of(image, followed).ToDictionary(
            one => one.Key, one => one.Value.Where(from => !traced.Exists(function => function.Holds(from))).ToList());
        var names = counted.ToDictionary(one => one.Key, one => NamesOf(one.Value));
        if (counted.Values.Sum(callers => callers.Count) > 0)
        {
            problems.Add(Warning(sites, counted, names));
        }

        return sites.ConvertAll(site => site with
        {
            Site = site.Site with
            {
                Followed = site.Site.Followed
                    .Select(one => one with { Callers = counted[one.Address].Count, CallerNames = names[one.Address] }).ToEquatableArray(),
            },
        });
    }

    private SiteProblem Warning(
        List<PlacedSite> sites, Dictionary<ulong, List<ulong>> callers, Dictionary<ulong, EquatableArray<string>> names)
    {
        var most = sites.SelectMany(site => site.Site.Followed).DistinctBy(one => one.Address).Where(one => callers[one.Address].Count > 0)
            .OrderByDescending(one => callers[one.Address].Count).ToList();
        var listed = string.Join("; ", most.Take(MaxNames).Select(one =>
            $"{one.Name}, called at {Plural.Of(callers[one.Address].Count, "place")} by {string.Join(", ", names[one.Address])}"));
        return new SiteProblem(
            SiteCodes.SharedExit, Refused: false,
            $"returns are also seen in {(most.Count == 1 ? "a function" : $"{most.Count} functions")} of {displayPath} " +
            $"that others call: {listed}" +
            $"{(most.Count > MaxNames ? "; …" : "")}; each of these calls costs a hit, which counts for the budget of this rule",
            "such a hit usually costs 2 to 10 µs, and `traceagent resolve` measures it on this host; `on: entry` needs none");
    }

    private EquatableArray<string> NamesOf(List<ulong> callers)
    {
        var names = callers.Take(MaxNames * MaxNames)
            .Select(from => image.Functions.At(from) is { } function ? function.Shown : $"0x{from:x}")
            .Distinct().ToList();
        return (names.Count > MaxNames || callers.Count > MaxNames * MaxNames
            ? names.Take(MaxNames).Append("…")
            : names).ToEquatableArray();
    }
}
