namespace TraceAgent.Symbols;

/// <summary>A function whose RET instructions are probed because a traced one leaves to it by a jump.</summary>
/// <param name="Name">The name as people read it; its address where the file names none.</param>
/// <param name="Address">The address of its start.</param>
/// <param name="Callers">
/// Places in the file that call it directly and are not traced by the rule: their calls hit the probes, too. At most 1,000.
/// </param>
/// <param name="CallerNames">The names of the functions of some of these.</param>
public sealed record FollowedFunction(string Name, ulong Address, int Callers, Capture.EquatableArray<string> CallerNames);
