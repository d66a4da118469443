using TraceAgent.Capture;
using TraceAgent.Capture.Abi;

namespace TraceAgent.Symbols;

/// <summary>The demands of a rule on the places that it names.</summary>
public sealed record SiteRequest
{
    /// <summary>True when the rule asks for returns or for calls.</summary>
    public bool NeedsReturn { get; init; }

    /// <summary>True when returns are to be seen by changing the return address, except in Go.</summary>
    public bool ReturnsAtCaller { get; init; }

    /// <summary>The arguments that the rule reads.</summary>
    public EquatableArray<AskedArgument> Arguments { get; init; }

    /// <summary>True when the rule reads argument registers.</summary>
    public bool CapturesArguments => Arguments.Count > 0;

    /// <summary>True when the rule reads what the function returns.</summary>
    public bool CapturesResult { get; init; }

    /// <summary>True when the rule reads the thread's <c>errno</c>.</summary>
    public bool ReadsErrno { get; init; }

    /// <summary>True when refusals of what misleads but harms no program become warnings.</summary>
    public bool AllowsUnsafe { get; init; }

    /// <summary>The maximum number of places; more are a refusal.</summary>
    public int MaxSites { get; init; } = SiteResolution.DefaultMaxSites;

    /// <summary>The form of calls according to the rule's prototype; null without one.</summary>
    public CallForm? Form { get; init; }

    internal ReturnMethod Returns => (NeedsReturn, ReturnsAtCaller) switch
    {
        (false, _) => ReturnMethod.None,
        (_, true) => ReturnMethod.Caller,
        _ => ReturnMethod.Instructions,
    };
}

/// <summary>An argument that a rule reads.</summary>
/// <param name="Name">The name that the rule gives it.</param>
/// <param name="Word">The word of 8 bytes that it begins with, from 0, as the rule counts them.</param>
public readonly record struct AskedArgument(string Name, int Word);
