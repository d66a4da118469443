using TraceAgent.Capture.Variables;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Safety;

namespace TraceAgent.Symbols.Sites;

/// <summary>
/// Finds the places where a program can keep the argument registers of every call of a function: its entry, where nothing but a call leads
/// to. A place that a loop passes, too, would keep other values than those of the call.
/// </summary>
/// <param name="image">The open binary.</param>
public sealed class EntryValueSites(ElfImage image)
{
    private readonly Dictionary<ulong, ulong> _known = [];

    /// <summary>Offset in the file of the place; 0 when there is none.</summary>
    /// <param name="entry">Virtual address where the function begins.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public ulong OffsetOf(ulong entry)
    {
        if (!_known.TryGetValue(entry, out var offset))
        {
            _known[entry] = offset = Find(entry);
        }

        return offset;
    }

    /// <summary>The place of a value; missing where it takes registers that no program can keep.</summary>
    /// <param name="entry">Virtual address where the function begins.</param>
    /// <param name="place">The place that debug information says.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public LocationPiece Of(ulong entry, LocationPiece place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return place.UsesEntryValue() && OffsetOf(entry) == 0 ? new LocationPiece.Missing(MissingReason.NeedsEntryValue) : place;
    }

    private ulong Find(ulong entry)
    {
        if (image.IsGo || (image.Functions.At(entry) ?? image.Unwind.At(entry)) is not { } function || function.Start != entry)
        {
            return 0;
        }

        // Nobody reads the problems. What is warned of is what makes a hit of an entry something else than a call: loops that lead back,
        // and an instruction that repeats itself.
        var problems = new List<SiteProblem>();
        var placed = new SiteGate(image, "", new SiteRequest(), problems).Pass(function, entry);
        return placed is not null && problems.Count == 0 && !placed.Abi.Restarts ? placed.Site.FileOffset : 0;
    }
}
