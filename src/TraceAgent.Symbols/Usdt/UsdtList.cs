using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Usdt;

/// <summary>A place of a USDT probe that a rule could name.</summary>
public sealed record ListedUsdtProbe
{
    /// <summary>The provider, such as <c>postgresql</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The name, such as <c>query__start</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Virtual address in the ELF file.</summary>
    public required ulong Address { get; init; }

    /// <summary>True when the program leaves it out until somebody wants it.</summary>
    public required bool HasSemaphore { get; init; }

    /// <summary>The operands as the compiler wrote them, such as <c>8@%rdi -4@$5</c>.</summary>
    public required string Operands { get; init; }

    /// <summary>The operands as they are read.</summary>
    public required EquatableArray<SiteValue> Arguments { get; init; }

    /// <summary>True when a hit is cheap; false when it is refused.</summary>
    public required bool IsEmulated { get; init; }

    /// <summary>The reason why it cannot be probed; null when it can.</summary>
    public SiteProblem? Refusal { get; init; }
}

/// <summary>The USDT probes of a binary.</summary>
/// <param name="Probes">The probes in order of name.</param>
/// <param name="Count">The number of places, listed or not.</param>
/// <param name="Problem">The reason why there is none; or null.</param>
public sealed record UsdtList(IReadOnlyList<ListedUsdtProbe> Probes, int Count, SiteProblem? Problem)
{
    /// <summary>Lists everything that a rule with this pattern would mean. Never throws because of what is in the file.</summary>
    /// <param name="image">The open image.</param>
    /// <param name="displayPath">The name of the file in messages.</param>
    /// <param name="pattern">The pattern as in <c>usdt:</c>; without a colon, a name of any provider.</param>
    /// <param name="max">The maximum number to list.</param>
    public static UsdtList Of(ElfImage image, string displayPath, string pattern, int max)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(pattern);
        var parts = pattern.Split(':', 2);
        var where = parts is [var provider, var name] ? new Location.Usdt(provider, name) : new Location.Usdt("*", pattern);
        var all = new SiteRequest { Arguments = [new AskedArgument("arg1", 0)], MaxSites = int.MaxValue };
        try
        {
            var asked = new UsdtPattern(where);
            var count = image.Usdt.Items.Count(asked.Fits);
            return count == 0
                ? new UsdtList([], 0, new MissingUsdtProbe(image.Usdt, displayPath, asked).Problem())
                : new UsdtList([.. new UsdtResolver(image, displayPath, where, all).List(max)], count, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new UsdtList([], 0, ElfImage.CannotRead(displayPath, error.Message, null));
        }
    }
}
