using TraceAgent.Bpf.Linux;
using TraceAgent.Capture;
using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Reconciling;

/// <summary>A rule resolved against a real file. Equality is what the kernel sees.</summary>
/// <param name="File">The file, and the state in which it was examined.</param>
/// <param name="Sites">What is probed in it.</param>
/// <param name="Plan">What is captured there.</param>
internal sealed record Probe(FileIdentity File, EquatableArray<ProbeSite> Sites, CapturePlan Plan);

/// <summary>What should be in force for one rule.</summary>
/// <param name="Rule">As asked.</param>
/// <param name="Probe">Null while the target is missing, or has nothing that could be probed.</param>
internal sealed record DesiredProbe(Rule Rule, Probe? Probe);
