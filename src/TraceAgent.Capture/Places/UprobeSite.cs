using TraceAgent.Capture.Abi;

namespace TraceAgent.Capture.Places;

/// <summary>One instruction to probe: what the kernel is asked for.</summary>
/// <param name="FileOffset">Bytes from the start of the file.</param>
public record UprobeSite(ulong FileOffset)
{
    /// <summary>
    /// The instructions at which calls of the function end, when returns are seen at instructions
    /// (<see cref="SiteAbi.ReturnsAtInstructions"/>), and the branches that lead back to its entry.
    /// </summary>
    public EquatableArray<ExitSite> Exits { get; init; }

    /// <summary>
    /// Offset in the file of the 16-bit counter that is above 0 while somebody probes the place, and without which the program
    /// does not pass there; 0 for none. The kernel keeps it in each process.
    /// </summary>
    public ulong ReferenceCounter { get; init; }

    /// <summary>
    /// Offset in the file of the place where argument registers are kept on entry of the function, for values that are nowhere else; 0 for
    /// none.
    /// </summary>
    public ulong EntryOffset { get; init; }
}
