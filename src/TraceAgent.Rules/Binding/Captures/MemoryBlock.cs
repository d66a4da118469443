using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding.Captures;

/// <summary>Memory that is copied as a whole.</summary>
/// <param name="Address">The address.</param>
/// <param name="Size">Bytes, at most <see cref="StructureLimits.BytesLimit"/>.</param>
internal sealed record MemoryBlock(Term Address, int Size);
