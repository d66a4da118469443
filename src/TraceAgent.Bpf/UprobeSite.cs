using TraceAgent.Capture;

namespace TraceAgent.Bpf;

/// <summary>One place that a probe is attached to.</summary>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Returns">The offsets of the function's RET instructions, where the plan sees returns at these.</param>
public readonly record struct UprobeSite(ulong Offset, EquatableArray<ulong> Returns = default);
