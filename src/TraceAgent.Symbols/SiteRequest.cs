namespace TraceAgent.Symbols;

/// <summary>What a rule asks for in a binary.</summary>
public abstract record SiteRequest
{
    private SiteRequest()
    {
    }

    /// <summary>A function, or <paramref name="Addend"/> bytes into it.</summary>
    public sealed record Symbol(string Name, ulong Addend) : SiteRequest;

    /// <summary>A virtual address of the ELF file, as nm and objdump print it.</summary>
    public sealed record Address(ulong Value) : SiteRequest;

    /// <summary>Bytes from the start of the file.</summary>
    public sealed record FileOffset(ulong Value) : SiteRequest;
}

/// <summary>Where the request leads, or why it leads nowhere.</summary>
/// <param name="Architecture">Of the binary; null when it could not be told.</param>
/// <param name="Sites">Safe to probe; empty when there is a refusal.</param>
/// <param name="Problems">Refusals and warnings, in the words of the user.</param>
public sealed record SiteResolution(
    Capture.Architecture? Architecture,
    Capture.EquatableArray<ProbeSite> Sites,
    Capture.EquatableArray<SiteProblem> Problems);

/// <param name="Code"><c>TA2</c> and two digits.</param>
/// <param name="Refused">True when the site must not be probed; false for a warning.</param>
/// <param name="Message">What is wrong, in one sentence without a full stop.</param>
/// <param name="Hint">What to do about it, such as the nearest names or the nearest safe offset.</param>
public sealed record SiteProblem(string Code, bool Refused, string Message, string? Hint = null);
