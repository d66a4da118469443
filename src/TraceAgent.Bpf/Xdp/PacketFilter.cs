using System.Runtime.InteropServices;
using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;
using TraceAgent.Capture;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Xdp;

/// <summary>
/// The program of <c>bpf/packets.bpf.c</c> with tables of its own: counts packets by source and drops those of denied sources.
/// One per packet rule, attached to any number of interfaces. Not thread-safe; packets never wait for any of these calls.
/// </summary>
public sealed class PacketFilter : IDisposable
{
    /// <summary>
    /// The maximum memory for values per CPU, which let packets of one source on several CPUs not wait for each other. Above it,
    /// the CPUs share one value.
    /// </summary>
    private const long MaxBytesPerCpu = 64 * 1024 * 1024;

    private readonly BpfObject _object;
    private readonly PacketCounts _counts;
    private readonly PrefixTables _lists;
    private readonly MappedMap _control;

    private PacketFilter(string rule, PacketFilterOptions options, BpfObject loaded, bool perCpu)
    {
        Rule = rule;
        Options = options;
        _object = loaded;
        _counts = new PacketCounts(loaded, options.CountsSources, perCpu);
        _control = MappedMap.Writable(loaded.MapFd(BpfObject.Variables), BpfObject.Variables, 0, Environment.SystemPageSize);
        _lists = new PrefixTables(loaded, _control, rule, options.PrefixCapacity);
        _control.Write(PacketLayout.CountsSources, options.CountsSources ? 1 : 0);
        DryRun = options.DryRun;
    }

    public string Rule { get; }

    public PacketFilterOptions Options { get; }

    /// <summary>
    /// True for a dry run: packets of denied sources pass and are counted as <see cref="PacketTotals.Spared"/>. Takes effect with the
    /// next packet.
    /// </summary>
    public bool DryRun
    {
        get => _control.ReadInt32(PacketLayout.DryRun) != 0;
        set => _control.Write(PacketLayout.DryRun, value ? 1 : 0);
    }

    internal int ProgramFd => _object.ProgramFd(PacketLayout.Program);

    internal int PrefixesFd(bool isIPv6) => _object.MapFd(PacketLayout.Prefixes(isIPv6));

    /// <summary>Loads the program. It denies nothing yet, and is attached nowhere.</summary>
    /// <param name="rule">The rule's name, for messages.</param>
    /// <param name="options">The sizes of the tables.</param>
    /// <exception cref="KernelException">Not permitted, or the kernel lacks what is needed.</exception>
    public static PacketFilter Load(string rule, PacketFilterOptions options) =>
        Load(rule, options, LibBpf.PossibleCpus() * BytesPerCpu(options) <= MaxBytesPerCpu);

    /// <param name="rule">The rule's name, for messages.</param>
    /// <param name="options">The sizes of the tables.</param>
    /// <param name="perCpu">True when each CPU has its own values in the tables of sources.</param>
    internal static PacketFilter Load(string rule, PacketFilterOptions options, bool perCpu)
    {
        var loaded = BpfObject.Load(PacketLayout.Object, Privileges.ForPackets, prepared =>
        {
            prepared.SetConstants(MemoryMarshal.AsBytes<int>([perCpu ? 1 : 0]));
            foreach (var isIPv6 in PacketLayout.Families)
            {
                prepared.Resize(PacketLayout.Sources(isIPv6), options.CountsSources ? options.SourceCapacity : 1);
                prepared.Resize(PacketLayout.DeniedSources(isIPv6), options.DeniedCapacity);
                // While one list follows another, both may be there.
                prepared.Resize(PacketLayout.Prefixes(isIPv6), 2 * options.PrefixCapacity);
                if (!perCpu)
                {
                    prepared.Retype(PacketLayout.Sources(isIPv6), MapType.LruHash);
                    prepared.Retype(PacketLayout.DeniedSources(isIPv6), MapType.LruHash);
                }
            }
        });
        try
        {
            return new PacketFilter(rule, options, loaded, perCpu);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Attaches to an interface; takes effect with the next packet. The caller disposes of the attachment, before the filter.
    /// </summary>
    /// <param name="interfaceIndex">The index of the interface in the network namespace of the calling thread.</param>
    /// <param name="interfaceName">The interface's name, for messages.</param>
    /// <param name="mode">The mode that was asked for.</param>
    /// <exception cref="InterfaceTakenException">There is a program already.</exception>
    /// <exception cref="KernelException">Not permitted, not possible in this mode, or no such interface (ENODEV).</exception>
    public PacketAttachment Attach(int interfaceIndex, string interfaceName, PacketMode mode) =>
        PacketAttachment.Create(ProgramFd, interfaceIndex, interfaceName, mode);

    /// <summary>
    /// Makes these the active prefixes; allowed ones win over denied ones, whichever is longer. Only what differs is changed, in
    /// such an order that a source which passes before and after also passes meanwhile, and one which is dropped before and after
    /// is dropped meanwhile. Nothing is detached. When it throws, the former prefixes are active. Some 0.5 s of CPU for 200,000
    /// prefixes, 0.1 s when one of them is another.
    /// </summary>
    /// <exception cref="KernelException">More than <see cref="PacketFilterOptions.PrefixCapacity"/> (ENOSPC), or no memory.</exception>
    public PrefixChange Update(IReadOnlyCollection<IpPrefix> deny, IReadOnlyCollection<IpPrefix> allow) => _lists.Update(deny, allow);

    /// <summary>The totals since the filter was loaded. Cheap.</summary>
    public PacketTotals Totals() => _counts.Totals();

    /// <summary>
    /// The sources that passed; empty without <see cref="PacketFilterOptions.CountsSources"/>. Some 20 ms when the default table
    /// is full.
    /// </summary>
    public SourceReading<SourceCount> Sources() => _counts.Sources();

    /// <summary>The sources that were denied, also those that no longer are.</summary>
    public SourceReading<DeniedSource> Denied() => _counts.Denied();

    /// <summary>Frees the tables. Nothing may be attached any more.</summary>
    public void Dispose()
    {
        _lists.Dispose();
        _control.Dispose();
        _object.Dispose();
    }

    private static long BytesPerCpu(PacketFilterOptions options) =>
        2L * sizeof(long) * (((options.CountsSources ? options.SourceCapacity : 1) * PacketLayout.SourceWords)
            + (options.DeniedCapacity * PacketLayout.DeniedWords));
}
