namespace TraceAgent.Bpf.Maps;

/// <summary>The token bucket of one rule, shared by its probes: those at the same time and those one after the other.</summary>
/// <param name="Index">The index into the limiters of the control map.</param>
internal sealed record Limiter(uint Index)
{
    /// <summary>The number of probes that share it; changed by the session, under its lock.</summary>
    public int Users { get; set; }
}
