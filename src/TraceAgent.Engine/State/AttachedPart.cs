using TraceAgent.Bpf;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Engine.Counters;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.RingReading;
using TraceAgent.Events.Shapes;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Symbols;

namespace TraceAgent.Engine.State;

/// <summary>One file that a part is attached to, held by its inode.</summary>
public sealed record AttachedFile(PinnedFile File, EquatableArray<ProbeSite> Sites, ProbeAttachment Attachment) : IDisposable
{
    /// <summary>Detaches from the file and closes it.</summary>
    public void Dispose()
    {
        Attachment.Dispose();
        File.Dispose();
    }
}

/// <summary>
/// The agent's objects for one <see cref="ProbePart"/>: programs in the kernel, the files they are attached to, and the shape of
/// events.
/// </summary>
public sealed class AttachedPart
{
    private readonly Func<KernelCounts> _counts;
    private readonly Func<DurationCounts> _durations;

    /// <summary>Every file that the part was ever attached to, with the cookie of its first site: late records still have that.</summary>
    private readonly Dictionary<ProbeFile, int> _cookies = [];
    private readonly List<ProbeFile> _announced = [];
    private Rule _rule;
    private BoundRule _bound;
    private int _sites;

    /// <param name="rule">The rule with the shape of events.</param>
    /// <param name="part">The part to whose files it is to be attached.</param>
    /// <param name="loaded">The loaded programs for the part's plan.</param>
    /// <param name="counters">The rule's counters.</param>
    public AttachedPart(Rule rule, ProbePart part, LoadedProbe loaded, RuleCounters counters)
    {
        (_rule, _bound) = (rule, part.Bound);
        Loaded = loaded;
        Note(part.Files);
        Slot = new ProbeSlot(Shape(), counters);
        _counts = () => loaded.Counts;
        _durations = () => loaded.Durations;
        counters.Open(_counts, _durations);
    }

    public SiteAbi Abi => _bound.Abi;

    public LoadedProbe Loaded { get; }

    /// <summary>The slot: what the reader of its records needs.</summary>
    public ProbeSlot Slot { get; }

    public List<AttachedFile> Files { get; } = [];

    /// <summary>The part as it is attached now.</summary>
    public ProbePart Held => new(
        _bound, Files.Select(file => new ProbeFile(file.File.Path, file.File.Identity, file.Sites)).ToEquatableArray());

    /// <summary>
    /// Extends the shape by the sites of files that are to be attached: records name a site by its cookie, and the shape must
    /// know it.
    /// </summary>
    /// <param name="rule">The rule with the shape of events.</param>
    /// <param name="files">The files as they were examined.</param>
    public void Announce(Rule rule, IEnumerable<ProbeFile> files)
    {
        Note(files);
        Bind(rule);
        Slot.Shape = Shape();
    }

    /// <summary>Attaches to a file that was announced.</summary>
    /// <param name="file">The file as it was examined.</param>
    /// <param name="source">The path to find it at now.</param>
    /// <exception cref="KernelException">The kernel refused, or it is another file now; nothing new is attached.</exception>
    public void Attach(ProbeFile file, string source)
    {
        var pinned = PinnedFile.TryOpen(source, file.Path);
        try
        {
            if (pinned is null || pinned.Identity != file.Identity)
            {
                throw Changed(file, "the file was replaced meanwhile; it is tried again");
            }

            var attachment = Loaded.Attach(new UprobeFile(pinned.InodePath, file.Path), file.Sites, (ulong)_cookies[file]);
            if (pinned.CurrentIdentity != pinned.Identity)
            {
                attachment.Dispose();
                throw Changed(file, "the file was written to meanwhile; it is tried again when it is quiet");
            }

            Files.Add(new AttachedFile(pinned, file.Sites, attachment));
        }
        catch
        {
            pinned?.Dispose();
            throw;
        }
    }

    /// <summary>Detaches parts from all of their files, at once.</summary>
    public static void LeaveFiles(IReadOnlyList<AttachedPart> parts)
    {
        ProbeAttachment.CloseAll([.. parts.SelectMany(part => part.Files).Select(file => file.Attachment)]);
        foreach (var part in parts)
        {
            part.Files.ForEach(file => file.Dispose());
        }
    }

    /// <summary>Gives future events the shape that the rule says.</summary>
    public void Show(Rule rule)
    {
        if (Bind(rule))
        {
            Slot.Shape = Shape();
        }
    }

    /// <summary>Adds the final counts of a part that is detached to the counters of its rule.</summary>
    /// <param name="unreturned">The number of calls in flight when it was detached.</param>
    public void CloseCounters(long unreturned) => Slot.Counters.Close(_counts, unreturned, _durations);

    private EventShape Shape() => EventShape.Of(
        _rule, _bound, [.. _announced.SelectMany(file => file.Sites, (file, site) =>
            SiteName.Of(site.DisplayName, file.Path, site.Source) with { IsEmulated = site.IsEmulated })]);

    /// <summary>Binds the shape to another rule that captures the same; false when it is the same rule.</summary>
    private bool Bind(Rule rule)
    {
        if (ReferenceEquals(rule, _rule))
        {
            return false;
        }

        (_rule, _bound) = (rule, BoundRule.Of(rule, Abi));
        return true;
    }

    private void Note(IEnumerable<ProbeFile> files)
    {
        foreach (var file in files)
        {
            if (_cookies.TryAdd(file, _sites))
            {
                _announced.Add(file);
                _sites += file.Sites.Count;
            }
        }
    }

    private static KernelException Changed(ProbeFile file, string hint)
    {
        const int textFileBusy = 26;
        return new KernelException("attach uprobe", file.Path, textFileBusy, hint);
    }
}
