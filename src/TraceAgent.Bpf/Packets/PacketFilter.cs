using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Packets;

/// <summary>What <see cref="PacketFilter.Update"/> has changed.</summary>
/// <param name="Added">Prefixes that are new in a table, or have changed sides.</param>
/// <param name="Removed">Prefixes that are no longer in a table.</param>
public readonly record struct PrefixChange(int Added, int Removed);

/// <summary>
/// The program of <c>bpf/packets.bpf.c</c> with tables of its own: counts packets by source and drops those of denied sources.
/// One per packet rule, attached to any number of interfaces. Not thread-safe; packets never wait for any of these calls.
/// </summary>
public sealed class PacketFilter : IDisposable
{
    private PacketFilter(string rule, PacketFilterOptions options) => (Rule, Options) = (rule, options);

    public string Rule { get; }

    public PacketFilterOptions Options { get; }

    /// <summary>While true, packets of denied sources pass and are counted as <see cref="PacketTotals.Spared"/>. In force with the next packet.</summary>
    public bool DryRun
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Denies nothing yet, and is attached nowhere.</summary>
    /// <param name="rule">For messages.</param>
    /// <param name="options">Sizes.</param>
    /// <exception cref="KernelException">Not permitted, or the kernel lacks what is needed.</exception>
    public static PacketFilter Load(string rule, PacketFilterOptions options) => throw new NotSupportedException();

    /// <summary>From the next packet on. The caller disposes of the attachment, before the filter.</summary>
    /// <param name="interfaceIndex">In the network namespace of the calling thread.</param>
    /// <param name="interfaceName">For messages.</param>
    /// <param name="mode">Asked for.</param>
    /// <exception cref="InterfaceTakenException">There is a program already.</exception>
    /// <exception cref="KernelException">Not permitted, not possible in this mode, or no such interface (ENODEV).</exception>
    public PacketAttachment Attach(int interfaceIndex, string interfaceName, PacketMode mode) => throw new NotSupportedException();

    /// <summary>
    /// Makes these the prefixes in force; allowed ones win over denied ones, whichever is longer. Only what differs is touched,
    /// in such an order that a source which passes before and after also passes meanwhile, and one which is dropped before and
    /// after is dropped meanwhile. Nothing is detached. When it throws, the former prefixes are in force.
    /// </summary>
    /// <exception cref="KernelException">More than <see cref="PacketFilterOptions.PrefixCapacity"/> (ENOSPC), or no memory.</exception>
    public PrefixChange Update(IReadOnlyCollection<IpPrefix> deny, IReadOnlyCollection<IpPrefix> allow) => throw new NotSupportedException();

    /// <summary>Since the filter was loaded. Cheap.</summary>
    public PacketTotals Totals() => throw new NotSupportedException();

    /// <summary>Sources that passed; empty without <see cref="PacketFilterOptions.CountsSources"/>. Milliseconds when the table is full.</summary>
    public SourceReading<SourceCount> Sources() => throw new NotSupportedException();

    /// <summary>Sources that were denied. Also those that no longer are.</summary>
    public SourceReading<DeniedSource> Denied() => throw new NotSupportedException();

    /// <summary>Frees the tables, once nothing is attached any more.</summary>
    public void Dispose() => throw new NotSupportedException();
}
