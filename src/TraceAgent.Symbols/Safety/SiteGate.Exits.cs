using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Symbols.Exits;
using TraceAgent.Symbols.Restartable;

namespace TraceAgent.Symbols.Safety;

/// <summary>The part that finds where calls of a function that was let through end.</summary>
internal sealed partial class SiteGate
{
    /// <summary>The maximum number of places that are named in one message.</summary>
    private const int MaxNamed = 3;

    /// <summary>
    /// Adds the instructions where calls end, and those that lead back to the entry. Null when no end can be seen, which is
    /// reported.
    /// </summary>
    private PlacedSite? WithExits(FunctionRange function, string place, SiteAbi abi, ProbeSite site)
    {
        if (_decoded + _codes.Decoded > MaxDecoded)
        {
            return !abi.ReturnsAtInstructions ? new PlacedSite(abi, site) : Refuse<PlacedSite>(
                SiteCodes.NoReturnInstruction,
                $"the returns of {place} in {displayPath} cannot be found: there is too much code to decode",
                "make the name narrower");
        }

        // The check of a Go function's stack also leads back to its start, before the probe is reached.
        var restartsFrom = abi is GoSiteAbi ? site.Address : function.Start;
        var exits = FunctionExits.Of(_codes, function, (restartsFrom, site.Address), abi.ReturnsAtInstructions);
        if (abi.ReturnsAtInstructions && Objection(exits, place) is { } objection)
        {
            problems.Add(objection);
            return null;
        }

        Warn(exits, place, abi.ReturnsAtInstructions);
        return new PlacedSite(
            abi with { LeavesByJumps = abi.ReturnsAtInstructions && exits.Leaves, Restarts = exits.Restarts.Any() },
            site with
            {
                Exits = exits.Sites.Concat(exits.Restarts).ToEquatableArray(),
                Followed = exits.Followed
                    .Select(one => new FollowedFunction(NearestPlaces.Describe(one, one.Start), one.Start, 0, []))
                    .ToEquatableArray(),
            })
        {
            Functions = [function, .. exits.Followed],
            Guards = exits.Guards,
            Unguarded = exits.Unguarded,
        };
    }

    private SiteProblem? Objection(FunctionExits exits, string place)
    {
        if (exits.Refusal is { } refusal)
        {
            return new SiteProblem(
                SiteCodes.NoReturnInstruction, Refused: true,
                $"the returns of {place} in {displayPath} cannot be found: {refusal}",
                "use `on: entry`");
        }

        var leaving = Places([.. exits.SeenJumps, .. exits.UnseenJumps]);
        return exits.Returns ? null : new SiteProblem(
            SiteCodes.NoReturnInstruction, Refused: true,
            $"{place} in {displayPath} has no return"
                + $"{(leaving.Length == 0 ? "" : $"; it leaves by a jump that cannot be followed at {leaving}")}",
            "use `on: entry`");
    }

    private void Warn(FunctionExits exits, string place, bool needsReturn)
    {
        if (exits.SeenJumps.Count > 0)
        {
            problems.Add(new SiteProblem(
                SiteCodes.LeavesByJump, Refused: false,
                $"{place} in {displayPath} also leaves by a jump that cannot be followed at {Places(exits.SeenJumps)}; " +
                "calls that leave there end there, without a return value (left_by_jump)"));
        }

        if (exits.UnseenJumps.Count > 0)
        {
            problems.Add(new SiteProblem(
                SiteCodes.UnseenExit, Refused: false,
                $"{place} in {displayPath} also leaves by a jump that cannot be probed at {Places(exits.UnseenJumps)}; " +
                "calls that leave there are not seen to return"));
        }

        if (exits.UnseenRestarts.Count > 0)
        {
            var loops = string.Join(", ", exits.UnseenRestarts.Take(MaxNamed).Select(address => $"0x{address:x}"));
            problems.Add(new SiteProblem(
                SiteCodes.EntryLoop, Refused: false,
                $"{place} in {displayPath} branches back to its first instruction at {loops}; each round of that loop counts as a call" +
                (needsReturn ? ", of which only the last returns" : "")));
        }
    }

    private static string Places(IEnumerable<(FunctionRange Function, ulong Address)> places) =>
        string.Join(", ", places.Take(MaxNamed).Select(one => NearestPlaces.Describe(one.Function, one.Address)));

    /// <summary>The site; null, and reported, when it or one of its exits is in code that the kernel starts again.</summary>
    private PlacedSite? OutsideSequences(PlacedSite placed, string place)
    {
        var sequences = image.Derive(static image => new RestartableSequences(image));
        var exit = placed.Site.Exits.Concat(placed.Guards).Select(one => image.AddressOf(one.Offset) ?? 0).FirstOrDefault(sequences.Holds);
        if (exit == 0 && !sequences.Holds(placed.Site.Address))
        {
            return placed;
        }

        var what = exit == 0 ? place : $"the return of {place} at 0x{exit:x}";
        return Refuse<PlacedSite>(
            SiteCodes.Restartable,
            $"{what} in {displayPath} is in a restartable sequence (rseq), which is lost when a probe interrupts it: "
                + "updates would go missing",
            exit == 0 ? null : "use `on: entry`");
    }
}
