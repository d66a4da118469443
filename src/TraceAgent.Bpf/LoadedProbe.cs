using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Linux;

namespace TraceAgent.Bpf;

/// <summary>The kernel's side of one probe: its programs, and what they are attached to. Not thread-safe.</summary>
public sealed class LoadedProbe : IDisposable
{
    private readonly BpfSession _session;
    private readonly List<(bool OnReturn, BpfProgram Loaded)> _programs = [];
    private readonly Dictionary<ExitForm, BpfProgram> _exits = [];
    private readonly ProbeBinding _binding;
    private readonly string _rule;
    private readonly List<ProbeAttachment> _attachments = [];
    private readonly InFlightTable? _inFlight;
    private readonly DurationMap? _durations;
    private readonly EntryValueMap? _entryValues;
    private readonly BpfProgram? _entryProgram;
    private bool _closed;

    /// <param name="session">The session that gave the slot.</param>
    /// <param name="taken">The slot, and the limiter of the rule.</param>
    /// <param name="plan">The plan to compile.</param>
    /// <param name="rule">Names the programs.</param>
    /// <param name="sibling">Another probe of the rule, whose table of calls in flight is shared; null for none.</param>
    internal LoadedProbe(BpfSession session, (uint Slot, Limiter Limiter) taken, CapturePlan plan, string rule, LoadedProbe? sibling)
    {
        _session = session;
        (Slot, Limiter) = taken;
        Plan = plan;
        _rule = rule;
        _binding = session.Bind(Slot, Limiter, -1);
        try
        {
            var threadPointer = plan.UsesThreadPointer ? session.TaskFields.ThreadPointer : 0;
            if (plan.PairsCalls)
            {
                _inFlight = InFlightTable.ShareOrCreate(sibling?._inFlight, ProbeCompiler.InFlightSize(plan));
            }

            _durations = plan.MeasuresLeftOut ? new DurationMap() : null;
            _entryValues = plan.UsesEntryValue ? new EntryValueMap(plan.Architecture) : null;
            _binding = session.Bind(Slot, Limiter, _inFlight?.Fd ?? -1) with
            {
                ThreadPointer = threadPointer,
                InFlightSize = _inFlight?.ValueSize ?? 0,
                Durations = _durations?.Fd ?? -1,
                ThreadStart = plan.UsesEntryValue ? session.TaskFields.ThreadStart : 0,
                EntryValues = _entryValues?.Fd ?? -1,
            };
            _entryProgram = _entryValues is null ? null : Load(ProbeCompiler.CompileEntryValues(plan, _binding));
            foreach (var program in ProbeCompiler.Compile(plan, _binding))
            {
                _programs.Add((program.OnReturn, Load(program)));
            }

            if (plan.ReturnsAtInstructions)
            {
                _ = ExitProgram(ExitForm.Return);
            }
        }
        catch
        {
            Close();
            _durations?.Dispose();
            throw;
        }
    }

    /// <summary>The probe's slot, which stands in each of its records; free for others after <see cref="Dispose"/>.</summary>
    public uint Slot { get; }

    public CapturePlan Plan { get; }

    internal Limiter Limiter { get; }

    public KernelCounts Counts => _session.CountsOf(Slot);

    /// <summary>The durations of the calls that were measured and have no record; readable until <see cref="Dispose"/>.</summary>
    public DurationCounts Durations => _durations?.Read() ?? default;

    /// <summary>True when it had been hit, or was new, at the last <see cref="BpfSession.TakeHits"/>.</summary>
    public bool WasHit => _session.WasHit(Slot);

    /// <summary>Calls that were entered and have not returned; 0 unless the plan pairs them.</summary>
    public int CallsInFlight => _closed ? 0 : _inFlight?.CountOf(Slot) ?? 0;

    /// <summary>Forgets calls that can no longer return, because their threads have ended (for goroutines, their processes).</summary>
    /// <returns>The number of these calls: they are unreturned, and not in the counters.</returns>
    public int ForgetDeadCalls() => _closed ? 0 : _inFlight?.RemoveDead(Slot, ofGoroutines: Plan.GoroutineRegister is not null) ?? 0;

    /// <summary>
    /// Forgets calls that were left without a return, for a table without room: see <see cref="InFlightTable.RemoveAbandoned"/>.
    /// </summary>
    /// <returns>The number of these calls: they are unreturned, and not in the counters.</returns>
    public int ForgetAbandonedCalls() =>
        _closed ? 0 : _inFlight?.RemoveAbandoned(Slot, ofGoroutines: Plan.GoroutineRegister is not null) ?? 0;

    /// <summary>The run time of all its programs together, while <see cref="RunStatistics"/> were kept.</summary>
    public RunTime RunTime => _programs.Select(one => one.Loaded).Concat(_exits.Values).Concat(_entryProgram is null ? [] : [_entryProgram])
        .Aggregate(default(RunTime), (sum, one) => sum + one.RunTime);

    /// <summary>Attaches the probe to one file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="sites">The sites, at least one, each with a return where the plan sees returns at instructions.</param>
    /// <param name="firstCookie">The index of the first site.</param>
    /// <exception cref="KernelException">The kernel refused; nothing new is attached.</exception>
    public ProbeAttachment Attach(UprobeFile file, IReadOnlyList<UprobeSite> sites, ulong firstCookie)
    {
        var entries = sites
            .Select((site, i) => new UprobePlace(site.FileOffset, Cookie(site, i)) { ReferenceCounter = site.ReferenceCounter })
            .ToArray();
        var exits = sites
            .SelectMany((site, i) => site.Exits.Select(exit => (exit.Form, Place: new UprobePlace(exit.Offset, ExitCookie(site, exit, i)))))
            .Where(exit => exit.Form.Kind == ExitKind.Restart ? Plan.Restarts : Plan.ReturnsAtInstructions)
            .GroupBy(exit => exit.Form, exit => exit.Place);
        var attachment = new ProbeAttachment(this);
        try
        {
            AttachEntries();

            // Returns first: a call is only followed when its entry and its return are both seen.
            foreach (var form in exits)
            {
                Add(ExitProgram(form.Key), [.. form], onReturn: true, byCaller: false);
            }

            foreach (var (onReturn, loaded) in _programs)
            {
                Add(loaded, entries, onReturn, byCaller: onReturn);
            }
        }
        catch
        {
            attachment.Dispose();
            throw;
        }

        _attachments.Add(attachment);
        return attachment;

        ulong Cookie(UprobeSite site, int index) => SiteCookie.Of(firstCookie + (ulong)index, site.FileOffset);

        ulong ExitCookie(UprobeSite site, ExitSite exit, int index) =>
            Plan.PairsCalls ? Cookie(site, index) : SiteCookie.Of(firstCookie + (ulong)index, exit.Offset);

        // Before anything looks for what is kept. What an earlier attachment has kept may be of calls that have ended unseen.
        void AttachEntries()
        {
            var kept = sites.Select(site => site.EntryOffset).Where(offset => offset != 0).Distinct().ToList();
            if (_entryProgram is { } program && kept.Count > 0)
            {
                AddLink(program, [.. kept.Select(offset => new UprobePlace(offset, 0))], LinkKind.EntryValues, byCaller: false);
                _entryValues!.Clear();
            }
        }

        void Add(BpfProgram program, UprobePlace[] places, bool onReturn, bool byCaller) =>
            AddLink(program, places, onReturn ? LinkKind.Return : LinkKind.Entry, byCaller);

        void AddLink(BpfProgram program, UprobePlace[] places, LinkKind kind, bool byCaller)
        {
            var link = UprobeLink.Attach(_session.AttachMethod, program, file, places, byCaller);
            attachment.Add(link, kind);
            if (link.UsesReserve)
            {
                throw new KernelException(
                    "attach uprobe", file.DisplayPath, KernelException.Emfile, Privileges.RemedyFor(KernelException.Emfile));
            }
        }
    }

    private BpfProgram Load(ProbeProgram program) =>
        BpfProgram.Load(program, BpfProgram.NameFor(_rule), _session.AttachMethod == AttachMethod.Multi ? UprobeLink.TraceUprobeMulti : 0);

    private BpfProgram ExitProgram(ExitForm form)
    {
        if (!_exits.TryGetValue(form, out var program))
        {
            _exits[form] = program = Load(ProbeCompiler.CompileExit(Plan, _binding, form));
        }

        return program;
    }

    public void Activate() => _session.SetActive(Slot, active: true);

    /// <summary>Takes no more hits, at once; detaching may follow later. Calls in flight still complete.</summary>
    public void Deactivate() => _session.SetActive(Slot, active: false);

    /// <summary>
    /// Detaches probes, except for those of call rules: their returns complete the calls in flight, and their entries forget those
    /// that were left by longjmp.
    /// </summary>
    internal static void CloseTaking(IEnumerable<LoadedProbe> probes) => ProbeAttachment.CloseAll(
        [.. probes.Where(probe => !probe.Plan.PairsCalls).SelectMany(probe => probe._attachments)]);

    internal void Forget(ProbeAttachment attachment) => _attachments.Remove(attachment);

    /// <summary>Detaches and unloads the programs. The counters stay readable until <see cref="Dispose"/>.</summary>
    public void Close()
    {
        ProbeAttachment.CloseAll([.. _attachments]);
        _attachments.Clear();
        foreach (var (_, loaded) in _programs)
        {
            loaded.Dispose();
        }

        foreach (var loaded in _exits.Values)
        {
            loaded.Dispose();
        }

        _entryProgram?.Dispose();

        _programs.Clear();
        _exits.Clear();
        if (!_closed)
        {
            _closed = true;
            _inFlight?.Leave(Slot);
            _entryValues?.Dispose();
        }
    }

    /// <summary>Closes the probe and gives its slot back: the ring must hold no record of this probe any more.</summary>
    public void Dispose()
    {
        Close();
        _durations?.Dispose();
        _session.Free(Slot, Limiter);
    }
}

/// <summary>One file that a probe is attached to.</summary>
public sealed class ProbeAttachment : IDisposable
{
    private readonly LoadedProbe _probe;
    private readonly List<(UprobeLink Link, LinkKind Kind)> _links = [];

    internal ProbeAttachment(LoadedProbe probe) => _probe = probe;

    internal void Add(UprobeLink link, LinkKind kind) => _links.Add((link, kind));

    /// <summary>Detaches from all of these files at once. Takes some tens of milliseconds, however many they are.</summary>
    public static void CloseAll(IReadOnlyList<ProbeAttachment> attachments)
    {
        // Returns first: one without its entry could be paired with the entry of a call that longjmp abandoned.
        // What keeps registers goes last: without it, those of an earlier call would be taken for those of the one that runs.
        Close(attachments, LinkKind.Return);
        Close(attachments, LinkKind.Entry);
        Close(attachments, LinkKind.EntryValues);
    }

    /// <summary>Detaches from the file. Takes milliseconds.</summary>
    public void Dispose()
    {
        CloseAll([this]);
        _probe.Forget(this);
    }

    private static void Close(IReadOnlyList<ProbeAttachment> attachments, LinkKind kind)
    {
        UprobeLink.CloseAll([.. attachments.SelectMany(one => one._links).Where(one => one.Kind == kind).Select(one => one.Link)]);
        foreach (var attachment in attachments)
        {
            attachment._links.RemoveAll(one => one.Kind == kind);
        }
    }
}

/// <summary>The programs that a link of a probe leads to.</summary>
internal enum LinkKind
{
    /// <summary>Programs at the ends of calls.</summary>
    Return,

    /// <summary>Programs at the sites themselves.</summary>
    Entry,

    /// <summary>Programs that keep registers on entry of the functions that the sites are in.</summary>
    EntryValues,
}
