using TraceAgent.Bpf;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Bpf.Linux;
using TraceAgent.Capture;
using TraceAgent.Reading;
using TraceAgent.Symbols;

namespace TraceAgent.Reconciling;

/// <summary>One file that a probe is attached to, held by its inode.</summary>
internal sealed record AttachedFile(PinnedFile File, EquatableArray<ProbeSite> Sites, ProbeAttachment Attachment) : IDisposable
{
    /// <summary>Detaches.</summary>
    public void Dispose()
    {
        Attachment.Dispose();
        File.Dispose();
    }
}

/// <summary>What the agent holds for one rule: programs in the kernel, the files they are attached to, and how events look.</summary>
internal sealed class AttachedProbe
{
    private readonly Func<KernelCounts> _counts;
    private int _nextCookie;

    public AttachedProbe(HeldProbe held, LoadedProbe loaded, ProbeSlot slot)
    {
        Held = held;
        Loaded = loaded;
        Slot = slot;
        _counts = () => loaded.Counts;
        slot.Books.Open(_counts);
    }

    public HeldProbe Held { get; set; }

    public LoadedProbe Loaded { get; }

    public ProbeSlot Slot { get; }

    public RuleBooks Books => Slot.Books;

    public List<AttachedFile> Files { get; } = [];

    /// <summary>Every site that it has had, by cookie: late records still name theirs.</summary>
    public List<ProbeSite> Sites { get; } = [];

    /// <summary>Makes room for the sites of one more file; to be called before <see cref="Attach"/>, and the shape set in between.</summary>
    public void Announce(EquatableArray<ProbeSite> sites)
    {
        _nextCookie = Sites.Count;
        Sites.AddRange(sites);
    }

    /// <exception cref="KernelException">The kernel refused, or the file was overwritten meanwhile; nothing new is attached.</exception>
    public void Attach(PinnedFile file, EquatableArray<ProbeSite> sites, string displayPath)
    {
        var offsets = sites.Select(site => site.FileOffset).ToArray();
        var attachment = Loaded.Attach(file.InodePath, displayPath, offsets, (ulong)_nextCookie);
        if (file.CurrentIdentity != file.Identity)
        {
            attachment.Dispose();
            throw new KernelException("attach uprobe", displayPath, 26, "the file was written to meanwhile; it is tried again when it is quiet");
        }

        Files.Add(new AttachedFile(file, sites, attachment));
    }

    /// <summary>It is detached: what it counted goes over to the accounts of its rule.</summary>
    /// <param name="unreturned">Calls in flight when it was detached.</param>
    public void CloseBooks(long unreturned) => Books.Close(_counts, unreturned);
}
