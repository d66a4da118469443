using TraceAgent.Capture;

namespace TraceAgent.Bpf;

/// <summary>A place in a file that a probe is attached to.</summary>
/// <param name="Offset">Bytes from the start of the file.</param>
public readonly record struct UprobeSite(ulong Offset)
{
    /// <summary>
    /// The instructions at which calls end, where the plan sees returns at instructions, and those that lead back to the entry.
    /// </summary>
    public EquatableArray<ExitSite> Exits { get; init; }

    /// <summary>
    /// Offset in the file of the 16-bit counter that the kernel raises in each process while the probe is there; 0 for none.
    /// </summary>
    public ulong ReferenceCounter { get; init; }
}
