using TraceAgent.Capture;

namespace TraceAgent.Symbols;

/// <summary>What a rule asks of the places that it means.</summary>
public sealed record SiteRequest
{
    /// <summary>The rule asks for returns or for calls.</summary>
    public bool NeedsReturn { get; init; }

    /// <summary>Returns are to be seen by changing the return address, but in Go.</summary>
    public bool ReturnsAtCaller { get; init; }

    /// <summary>The rule reads argument registers.</summary>
    public bool CapturesArguments { get; init; }

    /// <summary>Refusals of what misleads but harms no program become warnings.</summary>
    public bool AllowsUnsafe { get; init; }

    /// <summary>More places than this are a refusal.</summary>
    public int MaxSites { get; init; } = SiteResolution.DefaultMaxSites;

    /// <summary>What the rule's prototype says of calls; null without one.</summary>
    public CallForm? Form { get; init; }

    internal ReturnMethod Returns => (NeedsReturn, ReturnsAtCaller) switch
    {
        (false, _) => ReturnMethod.None,
        (_, true) => ReturnMethod.Caller,
        _ => ReturnMethod.Instructions,
    };
}
