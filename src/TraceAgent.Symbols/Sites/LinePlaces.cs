using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Safety;

namespace TraceAgent.Symbols.Sites;

/// <summary>A place of a line that may be probed.</summary>
/// <param name="Index">The index among the places that were asked for.</param>
/// <param name="Abi">The convention of the function that it is in.</param>
/// <param name="Site">The instruction.</param>
public sealed record LinePlace(int Index, SiteAbi Abi, ProbeSite Site);

/// <summary>Lets the gate decide about the places of a line: where some cannot be probed, the others are.</summary>
/// <param name="image">The open binary.</param>
/// <param name="displayPath">The name of the file in messages.</param>
/// <param name="line">The line as it is written.</param>
/// <param name="request">The demands of the rule.</param>
public sealed class LinePlaces(ElfImage image, string displayPath, string line, SiteRequest request)
{
    private const int MaxReported = 2;

    /// <summary>The places that may be probed.</summary>
    /// <param name="places">The places.</param>
    /// <param name="problems">Receives refusals and warnings.</param>
    public IReadOnlyList<LinePlace> Pass(IReadOnlyList<CodePlace> places, List<SiteProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(problems);
        if (places.Count > request.MaxSites)
        {
            problems.Add(new SiteProblem(
                SiteCodes.TooManySites, Refused: true,
                FormattableString.Invariant($"{line} has {places.Count:N0} places in {displayPath}, more than {request.MaxSites:N0}"),
                places.Count <= SiteResolution.MaxSites ? $"add 'max_sites: {places.Count}' if you want all of them" : null));
            return [];
        }

        var passed = new List<LinePlace>();
        var refused = new List<SiteProblem>();
        try
        {
            var found = new List<SiteProblem>();
            var gate = new SiteGate(image, displayPath, request, found);
            for (var i = 0; i < places.Count; i++)
            {
                found.Clear();
                var address = places[i].Address;
                if (gate.Pass(image.Functions.At(address) ?? image.Unwind.At(address), address) is { } placed)
                {
                    passed.Add(new LinePlace(i, placed.Abi, placed.Site with { Source = places[i].Source }));
                    problems.AddRange(found);
                }
                else
                {
                    refused.Add(found.Find(problem => problem.Refused) ?? new SiteProblem(
                        SiteCodes.OutsideCode, Refused: true,
                        FormattableString.Invariant($"0x{address:x} in {displayPath} cannot be probed")));
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            refused.Add(ElfImage.CannotRead(displayPath, error.Message, null));
        }

        problems.AddRange(Reported(refused, places.Count, isProbed: passed.Count > 0));
        return passed;
    }

    private IEnumerable<SiteProblem> Reported(List<SiteProblem> refused, int count, bool isProbed)
    {
        foreach (var problem in refused.DistinctBy(problem => problem.Code).Take(MaxReported))
        {
            yield return problem with
            {
                Refused = !isProbed,
                Hint = problem.Hint ?? $"`traceagent lines {displayPath} FILE:LINE` says which places can be probed: try a line near it",
            };
        }

        if (isProbed && refused.Count > 0)
        {
            yield return new SiteProblem(
                SiteCodes.SomeSkipped, Refused: false,
                FormattableString.Invariant($"{refused.Count:N0} of the {count:N0} places of {line} in {displayPath} ")
                    + $"{Plural.Verb(refused.Count)} not probed");
        }
    }
}
