using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Safety;

namespace TraceAgent.Symbols.Sites;

/// <summary>Resolves the address of <c>offset:</c> to its site.</summary>
internal sealed class AddressResolver(ElfImage image, string displayPath, SiteRequest request)
{
    /// <exception cref="IOException">The operating system could not read.</exception>
    public void Resolve(Location where, List<PlacedSite> sites, List<SiteProblem> problems)
    {
        var isFileOffset = where is Location.FileOffset;
        var written = where is Location.FileOffset offset ? offset.Value : ((Location.Address)where).Value;
        var asked = isFileOffset ? $"file+0x{written:x}" : $"0x{written:x}";
        var address = isFileOffset ? AddressOf(written) : written;
        if (address is not { } place || !image.IsCode(place))
        {
            problems.Add(OutsideCode(asked, address ?? image.AddressOf(written) ?? ulong.MaxValue, isFileOffset));
            return;
        }

        var gate = new SiteGate(image, displayPath, request, problems, new NearestPlaces(image, displayPath));
        var function = image.Functions.At(place) ?? image.Unwind.At(place);
        if (gate.Pass(function, place) is { } site)
        {
            sites.Add(site with { Function = function });
        }
    }

    /// <summary>The address of a file offset; null when there is no code.</summary>
    private ulong? AddressOf(ulong offset)
    {
        foreach (var segment in image.CodeSegments)
        {
            if (segment.HoldsOffset(offset))
            {
                return segment.Address + (offset - segment.Offset);
            }
        }

        return null;
    }

    private SiteProblem OutsideCode(string asked, ulong address, bool asFileOffsets)
    {
        const int max = 4;
        var sections = image.Sections.Where(section => section.IsCode).OrderByDescending(section => section.Size).Take(max)
            .OrderBy(section => section.Address).Select(
                section => (section.Name, Start: asFileOffsets ? section.Offset : section.Address, section.Size));
        var segments = image.CodeSegments.Take(max)
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
