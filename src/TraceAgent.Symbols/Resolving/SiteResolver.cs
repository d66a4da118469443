using TraceAgent.Capture;
using TraceAgent.Symbols.Elf;
using TraceAgent.Symbols.Exits;
using TraceAgent.Symbols.Functions;
using TraceAgent.Symbols.Safety;
using TraceAgent.Symbols.Usdt;

namespace TraceAgent.Symbols.Resolving;

/// <summary>From what a rule asks for to the instructions that are probed.</summary>
public static class SiteResolver
{
    /// <summary>All sites, or at least one refusal and no site. Never throws because of what is in the file.</summary>
    /// <param name="image">Open.</param>
    /// <param name="displayPath">What to call the file in messages.</param>
    /// <param name="where">As the rule has it.</param>
    /// <param name="needsReturn">The rule asks for returns or for calls.</param>
    /// <param name="capturesArguments">The rule reads argument registers.</param>
    /// <param name="allowsUnsafe">Refusals of what misleads but harms no program become warnings.</param>
    /// <param name="maxSites">More than this is a refusal.</param>
    /// <param name="returnsAtCaller">Returns are to be seen by changing the return address, but in Go.</param>
    /// <param name="form">What the rule's prototype says of calls; null without one.</param>
    public static SiteResolution Resolve(
        ElfImage image, string displayPath, Location where, bool needsReturn, bool capturesArguments, bool allowsUnsafe = false,
        int maxSites = SiteResolution.DefaultMaxSites, bool returnsAtCaller = false, CallForm? form = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(where);
        var problems = new List<SiteProblem>();
        var sites = new List<PlacedSite>();
        var seen = returnsAtCaller ? ReturnMethod.Caller : ReturnMethod.Instructions;
        var returns = needsReturn ? seen : ReturnMethod.None;
        var groups = new List<SiteGroup>();
        try
        {
            var gate = new SiteGate(
                image, displayPath, returns, capturesArguments, allowsUnsafe, problems, new NearestPlaces(image, displayPath));
            switch (where)
            {
                case Location.Symbol symbol:
                    new SymbolResolver(
                        image, displayPath, symbol, returns, capturesArguments, allowsUnsafe, maxSites).Resolve(sites, problems);
                    break;
                case Location.Address address:
                    ResolveAddress(image, displayPath, address.Value, $"0x{address.Value:x}", gate, sites, problems);
                    break;
                case Location.FileOffset offset:
                    ResolveFileOffset(image, displayPath, offset.Value, gate, sites, problems);
                    break;
                case Location.Usdt usdt:
                    groups.AddRange(
                        new UsdtResolver(image, displayPath, usdt, capturesArguments, allowsUnsafe, maxSites).Resolve(problems));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(where), where, "a kind of location that the resolver does not know");
            }

            sites = new SharedExits(image, displayPath).Count(sites, problems);
            if (capturesArguments)
            {
                sites = ArgumentPlaces.Of(image, displayPath, form, sites, problems);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(ElfImage.CannotRead(displayPath, error.Message, null));
        }

        groups.AddRange(
            sites.GroupBy(site => site.Abi).Select(one => new SiteGroup(one.Key, one.Select(placed => placed.Site).ToEquatableArray())));
        if (problems.Any(problem => problem.Refused))
        {
            groups.Clear();
        }

        return new SiteResolution(groups.ToEquatableArray(), problems.ToEquatableArray());
    }

    private static void ResolveFileOffset(
        ElfImage image, string displayPath, ulong offset, SiteGate gate, List<PlacedSite> sites, List<SiteProblem> problems)
    {
        foreach (var segment in image.CodeSegments)
        {
            if (segment.HoldsOffset(offset))
            {
                ResolveAddress(
                    image, displayPath, segment.Address + (offset - segment.Offset), $"file+0x{offset:x}", gate, sites, problems);
                return;
            }
        }

        problems.Add(OutsideCode(image, displayPath, $"file+0x{offset:x}", image.AddressOf(offset) ?? ulong.MaxValue, asFileOffsets: true));
    }

    private static void ResolveAddress(
        ElfImage image, string displayPath, ulong address, string asked, SiteGate gate, List<PlacedSite> sites, List<SiteProblem> problems)
    {
        if (!image.IsCode(address))
        {
            problems.Add(
                OutsideCode(image, displayPath, asked, address, asFileOffsets: asked.StartsWith("file+", StringComparison.Ordinal)));
        }
        else if ((image.Functions.At(address) ?? image.Unwind.At(address)) is var function && gate.Pass(function, address) is { } site)
        {
            sites.Add(site with { Function = function });
        }
    }

    private static SiteProblem OutsideCode(ElfImage image, string displayPath, string asked, ulong address, bool asFileOffsets)
    {
        const int most = 4;
        var sections = image.Sections.Where(section => section.IsCode).OrderByDescending(section => section.Size).Take(most)
            .OrderBy(section => section.Address).Select(
                section => (section.Name, Start: asFileOffsets ? section.Offset : section.Address, section.Size));
        var segments = image.CodeSegments.Take(most)
            .Select(segment => (Name: "", Start: asFileOffsets ? segment.Offset : segment.Address, Size: segment.FileSize));
        var prefix = asFileOffsets ? "file+" : "";
        var ranges = (sections.Any() ? sections : segments).Where(range => range.Size > 0)
            .Select(range => $"{prefix}0x{range.Start:x} to {prefix}0x{range.Start + range.Size - 1:x} ({range.Name})".Replace(
                " ()", "", StringComparison.Ordinal));
        var code = string.Join(", ", ranges);
        var nearest = new NearestPlaces(image, displayPath).Around(address);
        return new SiteProblem(
            SiteCodes.OutsideCode, Refused: true, $"{asked} is outside the code of {displayPath}",
            code.Length == 0 ? "the file has no code" : $"its code is at {code}{(nearest is null ? "" : $"; {nearest}")}");
    }
}
