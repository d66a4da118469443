using TraceAgent.Bpf.Code;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;

namespace TraceAgent.Bpf;

/// <summary>The kernel's side of one probe: its programs, and what they are attached to. Not safe for use by several threads.</summary>
public sealed class LoadedProbe : IDisposable
{
    /// <summary>Calls of one rule that may be in flight at once; more are counted as lost.</summary>
    public const int MaxCallsInFlight = 8192;

    private readonly BpfSession _session;
    private readonly List<(ProbeProgram Code, BpfProgram Loaded)> _programs = [];
    private readonly List<ProbeAttachment> _attachments = [];
    private readonly InFlightTable? _inFlight;
    private bool _closed;

    internal LoadedProbe(BpfSession session, uint slot, Limiter limiter, CapturePlan plan, string rule, LoadedProbe? sibling)
    {
        _session = session;
        Slot = slot;
        Limiter = limiter;
        Plan = plan;
        try
        {
            if (plan.Moment == ProbeMoment.Call)
            {
                _inFlight = InFlightTable.ShareOrCreate(sibling?._inFlight, ProbeCompiler.InFlightSize(plan));
            }

            var binding = session.Bind(slot, limiter, _inFlight?.Fd ?? -1);
            var expected = session.Way == AttachWay.Multi ? UprobeLink.TraceUprobeMulti : 0;
            foreach (var program in ProbeCompiler.Compile(plan, binding))
            {
                _programs.Add((program, BpfProgram.Load(program, BpfProgram.NameFor(rule), expected)));
            }
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Stands in each record of this probe; free for others after <see cref="Dispose"/>.</summary>
    public uint Slot { get; }

    public CapturePlan Plan { get; }

    internal Limiter Limiter { get; }

    public KernelCounts Counts => _session.CountsOf(Slot);

    /// <summary>Calls that were entered and have not returned; 0 unless the plan is for calls.</summary>
    public int CallsInFlight => _closed ? 0 : _inFlight?.CountOf(Slot) ?? 0;

    /// <summary>Forgets calls whose threads, or of goroutines whose processes, have ended in them.</summary>
    /// <returns>How many: they are unreturned, and not in the counters.</returns>
    public int ForgetDeadCalls() => _closed ? 0 : _inFlight?.RemoveDead(Slot, ofGoroutines: Plan.GoroutineRegister is not null) ?? 0;

    /// <summary>Of its programs together, while <see cref="RunStatistics"/> were kept.</summary>
    public RunTime RunTime => _programs.Aggregate(default(RunTime), (sum, one) => sum + one.Loaded.RunTime);

    /// <summary>Attaches to one file.</summary>
    /// <param name="path">The file; may be <c>/proc/self/fd/N</c>.</param>
    /// <param name="displayPath">As the user knows it.</param>
    /// <param name="sites">At least one, each with a return where the plan sees returns at instructions.</param>
    /// <param name="firstCookie">The index of the first site.</param>
    /// <exception cref="KernelException">The kernel refused; nothing new is attached.</exception>
    public ProbeAttachment Attach(string path, string displayPath, IReadOnlyList<UprobeSite> sites, ulong firstCookie)
    {
        var entries = sites.Select((site, i) => new UprobePlace(site.Offset, firstCookie + (ulong)i) { ReferenceCounter = site.ReferenceCounter }).ToArray();
        var returns = sites.SelectMany((site, i) => site.Returns.Select(offset => new UprobePlace(offset, firstCookie + (ulong)i))).ToArray();
        var attachment = new ProbeAttachment(this);
        try
        {
            // Returns first: a call is only followed when its entry and its return are both seen.
            foreach (var (code, loaded) in _programs)
            {
                var atInstructions = code.OnReturn && Plan.ReturnsAtInstructions;
                var link = UprobeLink.Attach(
                    _session.Way, loaded, path, displayPath, atInstructions ? returns : entries, code.OnReturn && !atInstructions);
                attachment.Add(link, code.OnReturn);
                if (link.TakesKept)
                {
                    throw new KernelException("attach uprobe", displayPath, KernelException.Emfile, Privileges.RemedyFor(KernelException.Emfile));
                }
            }
        }
        catch
        {
            attachment.Dispose();
            throw;
        }

        _attachments.Add(attachment);
        return attachment;
    }

    public void Activate() => _session.SetActive(Slot, active: true);

    /// <summary>No hit is taken any more, at once; detaching may follow at leisure. Calls in flight still complete.</summary>
    public void Deactivate() => _session.SetActive(Slot, active: false);

    /// <summary>
    /// Detaches, but not a call rule: its return completes the calls in flight, and its entry forgets those that were left by
    /// longjmp and are not.
    /// </summary>
    internal void CloseTaking()
    {
        if (Plan.Moment != ProbeMoment.Call)
        {
            _attachments.ForEach(attachment => attachment.Close(_ => true));
        }
    }

    internal void Forget(ProbeAttachment attachment) => _attachments.Remove(attachment);

    /// <summary>Detaches and unloads. The counters stay readable until <see cref="Dispose"/>.</summary>
    public void Close()
    {
        foreach (var attachment in _attachments.ToArray())
        {
            attachment.Dispose();
        }

        foreach (var (_, loaded) in _programs)
        {
            loaded.Dispose();
        }

        _programs.Clear();
        if (!_closed)
        {
            _closed = true;
            _inFlight?.Leave(Slot);
        }
    }

    /// <summary>Closes, and gives the slot back: the ring must hold no record of this probe any more.</summary>
    public void Dispose()
    {
        Close();
        _session.Free(Slot, Limiter);
    }
}

/// <summary>One file that a probe is attached to.</summary>
public sealed class ProbeAttachment : IDisposable
{
    private readonly LoadedProbe _probe;
    private readonly List<(UprobeLink Link, bool OnReturn)> _links = [];

    internal ProbeAttachment(LoadedProbe probe) => _probe = probe;

    internal void Add(UprobeLink link, bool onReturn) => _links.Add((link, onReturn));

    internal void Close(Predicate<(UprobeLink Link, bool OnReturn)> which)
    {
        Closing.All([.. _links.FindAll(which).Select<(UprobeLink Link, bool OnReturn), Action>(one => one.Link.Dispose)]);
        _links.RemoveAll(which);
    }

    /// <summary>Detaches from the file. Takes milliseconds.</summary>
    public void Dispose()
    {
        // A return without its entry could be taken for that of a call which longjmp left behind.
        Close(link => link.OnReturn);
        Close(_ => true);
        _probe.Forget(this);
    }
}
