using TraceAgent.Bpf;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Bpf.Linux;
using TraceAgent.Capture;
using TraceAgent.Events;
using TraceAgent.Reading;
using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Reconciling;

/// <summary>Carries out what <see cref="ReconcilePlan"/> says. Used by one thread.</summary>
internal sealed class Reconciler(BpfSession session, SlotTable slots, Retirement retirement, IReconcilerVoice voice)
{
    /// <summary>Replaced probes stay attached until the kernel has settled; more than this many would slow the traced programs.</summary>
    private const int MaxRetiring = 64;

    private readonly Dictionary<string, AttachedProbe> _attached = [];
    private readonly Dictionary<string, RuleBooks> _books = [];
    private readonly Dictionary<string, (Probe Probe, string Reason)> _refused = [];

    /// <summary>The rules in force, by name.</summary>
    public IReadOnlyDictionary<string, AttachedProbe> Attached => _attached;

    public IReadOnlyList<RuleBooks> Books
    {
        get
        {
            lock (_books)
            {
                return [.. _books.Values];
            }
        }
    }

    /// <summary>What the kernel said to the last try of a rule; null when that succeeded.</summary>
    public string? WhyRefused(string rule) => _refused.TryGetValue(rule, out var refused) ? refused.Reason : null;

    public void Apply(IReadOnlyList<DesiredProbe> desired)
    {
        var held = _attached.ToDictionary(one => one.Key, one => one.Value.Held);
        foreach (var step in ReconcilePlan.Between(held, desired))
        {
            switch (step)
            {
                case ReconcileStep.Attach(var rule, var probe):
                    Try(rule, probe, () => Attach(rule, probe));
                    break;
                case ReconcileStep.Replace(var rule, var probe):
                    Try(rule, probe, () => Replace(_attached[rule.Name.Value], rule, probe));
                    break;
                case ReconcileStep.Extend(var rule, var probe):
                    Try(rule, probe, () => Extend(_attached[rule.Name.Value], rule, probe));
                    break;
                case ReconcileStep.Reshape(var rule):
                    Reshape(_attached[rule.Name.Value], rule);
                    break;
                case ReconcileStep.Detach(var name):
                    Detach(name, "it is not in the rule files any more");
                    break;
            }
        }
    }

    /// <summary>Takes a rule off at once.</summary>
    public void TakeOff(string rule)
    {
        if (_attached.Remove(rule, out var attached))
        {
            attached.Loaded.Deactivate();
            retirement.Removed(attached);
        }
    }

    /// <summary>
    /// Detaches everything, all at once: left to the end of the process, the kernel would do it link by link. When this
    /// returns no handler runs any more, those on the returns of calls in flight included, so the counters stand still.
    /// </summary>
    public void DetachAll()
    {
        foreach (var probe in _attached.Values)
        {
            probe.Loaded.Deactivate();
        }

        var all = _attached.Values.Concat(retirement.Left).ToList();
        Closing.All([.. all.Select<AttachedProbe, Action>(probe => () => probe.Files.ForEach(file => file.Dispose()))]);
        all.ForEach(probe => probe.CloseBooks(probe.Loaded.CallsInFlight));
        _attached.Clear();
    }

    private void Attach(Rule rule, Probe probe)
    {
        var attached = Load(rule, probe, BooksOf(rule.Name.Value));
        try
        {
            AttachTo(attached, rule, probe);
        }
        catch
        {
            Discard(attached);
            throw;
        }

        attached.Loaded.Activate();
        _attached.Add(rule.Name.Value, attached);
        voice.Attached(rule, attached);
    }

    private void Replace(AttachedProbe previous, Rule rule, Probe probe)
    {
        while (retirement.Waiting > MaxRetiring)
        {
            Thread.Sleep(1);
        }

        var next = Load(rule, probe, previous.Books, previous.Loaded);
        try
        {
            AttachTo(next, rule, probe);
            foreach (var old in previous.Files.Where(file => file.File.Path == rule.Binary.Value && !file.File.Identity.IsSameFile(probe.File)))
            {
                AttachToOld(next, rule, old.File);
            }
        }
        catch
        {
            Discard(next);
            throw;
        }

        _attached[rule.Name.Value] = next;
        if (TakesTheSameHits(previous.Loaded.Plan.Moment, probe.Plan.Moment))
        {
            session.Switch(previous.Loaded, next.Loaded);
            retirement.Replaced(previous, next.Loaded);
        }
        else
        {
            previous.Loaded.Deactivate();
            next.Loaded.Activate();
            retirement.Removed(previous);
        }

        voice.Replaced(rule, next);
    }

    /// <summary>Whether the one can take hits over from the other: a call is taken when it is entered, a return when it returns.</summary>
    private static bool TakesTheSameHits(ProbeMoment previous, ProbeMoment next) =>
        previous == next || (previous is ProbeMoment.Entry or ProbeMoment.Call && next is ProbeMoment.Entry or ProbeMoment.Call);

    private void Extend(AttachedProbe attached, Rule rule, Probe probe)
    {
        var again = !attached.Held.IsAttached;
        AttachTo(attached, rule, probe);
        attached.Held = new HeldProbe(rule, probe);
        voice.Extended(rule, attached, again);
    }

    private void Reshape(AttachedProbe attached, Rule rule)
    {
        attached.Held = attached.Held with { Rule = rule };
        attached.Slot.Shape = EventShape.Of(rule, attached.Loaded.Plan, attached.Sites.ToEquatableArray());
        voice.Reshaped(rule);
    }

    private void Detach(string name, string reason)
    {
        var rule = _attached[name].Held.Rule;
        TakeOff(name);
        voice.Detached(rule, reason);
    }

    private AttachedProbe Load(Rule rule, Probe probe, RuleBooks books, LoadedProbe? predecessor = null)
    {
        var loaded = session.Load(probe.Plan, rule.Name.Value, predecessor);
        var slot = new ProbeSlot(EventShape.Of(rule, probe.Plan, []), books);
        slots[loaded.Slot] = slot;
        return new AttachedProbe(new HeldProbe(rule, probe), loaded, slot);
    }

    private static void AttachTo(AttachedProbe attached, Rule rule, Probe probe)
    {
        var file = PinnedFile.TryOpen(rule.Binary.Value);
        if (file is null || file.Identity != probe.File)
        {
            file?.Dispose();
            throw new KernelException("attach uprobe", rule.Binary.Value, 26, "the file was replaced meanwhile; it is tried again");
        }

        AttachTo(attached, rule, file, probe.Sites);
    }

    /// <summary>The processes of a file that was replaced go on being traced, where the rule still finds its place in it.</summary>
    private static void AttachToOld(AttachedProbe attached, Rule rule, PinnedFile old)
    {
        var file = PinnedFile.TryOpen(old.InodePath, old.Path);
        if (file is not null && ProbeResolver.Resolve(rule, file).Probe is { } probe && probe.Plan == attached.Loaded.Plan)
        {
            AttachTo(attached, rule, file, probe.Sites);
        }
        else
        {
            file?.Dispose();
        }
    }

    private static void AttachTo(AttachedProbe attached, Rule rule, PinnedFile file, EquatableArray<ProbeSite> sites)
    {
        try
        {
            attached.Announce(sites);
            attached.Slot.Shape = EventShape.Of(rule, attached.Loaded.Plan, attached.Sites.ToEquatableArray());
            attached.Attach(file, sites, rule.Binary.Value);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Discard(AttachedProbe attached)
    {
        attached.Files.ForEach(file => file.Dispose());
        attached.Loaded.Close();
        attached.CloseBooks(0);
        slots[attached.Loaded.Slot] = null;
        attached.Loaded.Dispose();
    }

    /// <summary>What the kernel refuses is said once for each state of the file, and tried again when that changes.</summary>
    private void Try(Rule rule, Probe probe, Action step)
    {
        try
        {
            step();
            _refused.Remove(rule.Name.Value);
        }
        catch (Exception refusal) when (refusal is KernelException or ArgumentException)
        {
            if (_refused.GetValueOrDefault(rule.Name.Value).Probe != probe)
            {
                voice.Refused(rule, refusal);
                _refused[rule.Name.Value] = (probe, refusal.Message);
            }
        }
    }

    private RuleBooks BooksOf(string rule)
    {
        lock (_books)
        {
            if (!_books.TryGetValue(rule, out var books))
            {
                _books[rule] = books = new RuleBooks(rule);
            }

            return books;
        }
    }
}

/// <summary>What the reconciler has to tell the operator.</summary>
internal interface IReconcilerVoice
{
    void Attached(Rule rule, AttachedProbe probe);

    void Replaced(Rule rule, AttachedProbe probe);

    /// <param name="rule">In force.</param>
    /// <param name="probe">Its probe.</param>
    /// <param name="again">The file was overwritten, or unused, and the probe had been taken off it.</param>
    void Extended(Rule rule, AttachedProbe probe, bool again);

    void Reshaped(Rule rule);

    void Detached(Rule rule, string reason);

    void Overwritten(Rule rule, string path);

    void Refused(Rule rule, Exception refusal);
}
