using TraceAgent.Capture;

namespace TraceAgent.Bpf.Xdp;

/// <summary>The traffic that passed from one source, since <paramref name="Since"/>.</summary>
/// <param name="Source">The address.</param>
/// <param name="Since">
/// CLOCK_MONOTONIC ns of its first packet. Counts of the same source with the same <paramref name="Since"/> only grow; another
/// one shows that the source was evicted in between and its counters began again at 0.
/// </param>
/// <param name="Passed">The traffic that passed since then.</param>
public sealed record SourceCount(IpAddress Source, long Since, Traffic Passed);

/// <summary>The traffic that came from one denied source, since <paramref name="Since"/>.</summary>
/// <param name="Source">The address.</param>
/// <param name="Since">CLOCK_MONOTONIC ns of the first packet that was denied.</param>
/// <param name="Dropped">The traffic that was dropped since then.</param>
/// <param name="Spared">The traffic that passed since then because of <see cref="PacketFilter.DryRun"/>.</param>
public sealed record DeniedSource(IpAddress Source, long Since, Traffic Dropped, Traffic Spared);

/// <summary>One reading of a table of sources.</summary>
/// <param name="Sources">The sources in the table, in no order.</param>
/// <param name="EvictedSources">The number of times that a source was evicted for another one, since the filter was loaded.</param>
/// <param name="Evicted">
/// Packets of the totals that no source in the table has any more. Exact when no packets come; while they come, those of the
/// last moment may not be in it yet. Never less than in the reading before.
/// </param>
public sealed record SourceReading<T>(IReadOnlyList<T> Sources, long EvictedSources, Traffic Evicted);
