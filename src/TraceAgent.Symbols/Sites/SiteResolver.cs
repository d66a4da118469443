using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Exits;
using TraceAgent.Symbols.Functions;
using TraceAgent.Symbols.Safety;
using TraceAgent.Symbols.Usdt;

namespace TraceAgent.Symbols.Sites;

/// <summary>Resolves what a rule asks for to the instructions that are probed.</summary>
public static class SiteResolver
{
    /// <summary>Finds all sites, or at least one refusal and no site. Never throws because of what is in the file.</summary>
    /// <param name="image">The open image.</param>
    /// <param name="displayPath">The name of the file in messages.</param>
    /// <param name="where">The place as in the rule.</param>
    /// <param name="request">The rule's demands on the places.</param>
    public static SiteResolution Resolve(ElfImage image, string displayPath, Location where, SiteRequest request)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(where);
        ArgumentNullException.ThrowIfNull(request);
        var problems = new List<SiteProblem>();
        var sites = new List<PlacedSite>();
        try
        {
            switch (where)
            {
                case Location.Symbol symbol:
                    new SymbolResolver(image, displayPath, symbol, request).Resolve(sites, problems);
                    break;
                case Location.Address or Location.FileOffset:
                    new AddressResolver(image, displayPath, request).Resolve(where, sites, problems);
                    break;
                case Location.Usdt usdt:
                    new UsdtResolver(image, displayPath, usdt, request).Resolve(sites, problems);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(where), where, "a kind of location that the resolver does not know");
            }

            var shared = new SharedExits(image, displayPath);
            sites = shared.Guard(shared.Count(sites, problems), problems);
            if (request.CapturesArguments || request.CapturesResult)
            {
                sites = ArgumentPlaces.Of(image, displayPath, request, sites, problems);
            }

            if (request.ReadsErrno)
            {
                sites = [.. sites.Select(site => site with { Abi = site.Abi with { Errno = ErrnoPlace.At(image, site.Site) } })];
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(ElfImage.CannotRead(displayPath, error.Message, null));
        }

        var groups = sites.GroupBy(site => site.Abi, placed => placed.Site)
            .Select(same => new SiteGroup(same.Key, same.ToEquatableArray()));
        return new SiteResolution(
            problems.Any(problem => problem.Refused) ? [] : groups.ToEquatableArray(), problems.ToEquatableArray());
    }
}
