using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using TraceAgent.Bpf;
using TraceAgent.Capture;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.RingReading;
using TraceAgent.Engine.State;
using TraceAgent.Linux;
using TraceAgent.Rules;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Engine.Reconciling;

/// <summary>Loads the programs of probes, and attaches them to files.</summary>
/// <param name="session">The session that holds the programs.</param>
/// <param name="slots">Takes what the reader of records needs.</param>
/// <param name="folders">The folders with separate debug information; null for that of packages.</param>
public sealed class ProbeAttacher(BpfSession session, SlotTable slots, DebugFolders? folders = null)
{
    /// <summary>The number of rules from which on a second thread is worth it.</summary>
    private const int MinForTwoThreads = 8;

    private readonly Dictionary<string, LoadedProbe> _prepared = [];

    /// <summary>
    /// True when the kernel, or its input, is the reason why something could not be attached; anything else is a bug of ours.
    /// </summary>
    public static bool IsRefusal(Exception problem) => problem is KernelException or ArgumentException;

    /// <summary>
    /// Loads the first parts of probes on two threads: half of the time to attach many is the kernel's verifier. What is refused
    /// here is tried, and refused, again in its turn.
    /// </summary>
    public void Prepare(IReadOnlyList<ReconcileStep.Attach> coming)
    {
        if (coming.Count < MinForTwoThreads || !BpfSession.HasRoomFor(coming.Count))
        {
            return;
        }

        session.ExpectAttach();
        var remaining = new ConcurrentQueue<ReconcileStep.Attach>(coming);
        var other = Task.Run(() => PrepareEach(remaining));
        PrepareEach(remaining);
        other.GetAwaiter().GetResult();
    }

    /// <summary>Releases what was prepared and not attached.</summary>
    public void ForgetPrepared()
    {
        foreach (var probe in _prepared.Values)
        {
            probe.Dispose();
        }

        _prepared.Clear();
    }

    /// <summary>Attaches to as many of the files as possible.</summary>
    /// <returns>The reason why one of the others was refused.</returns>
    public ExceptionDispatchInfo? Grow(AttachedProbe probe, Rule rule, Probe more)
    {
        ExceptionDispatchInfo? refusal = null;
        foreach (var part in more.Parts)
        {
            if (probe.Parts.Find(one => one.Loaded.Plan == part.Plan && one.Abi == part.Abi) is { } known)
            {
                known.Announce(rule, part.Files);
                AttachEach(known, part.Files);
            }
            else
            {
                Refusable(() =>
                {
                    var added = Load(probe, rule, part, probe.Parts.FirstOrDefault()?.Loaded);
                    AttachEach(added, part.Files);
                    if (added.Files.Count > 0)
                    {
                        added.Loaded.Activate();
                        probe.Parts.Add(added);
                    }
                    else
                    {
                        Discard(added);
                    }
                });
            }
        }

        return refusal;

        void AttachEach(AttachedPart part, EquatableArray<ProbeFile> files)
        {
            foreach (var file in files)
            {
                Refusable(() => part.Attach(file, file.Source));
            }
        }

        void Refusable(Action step)
        {
            try
            {
                step();
            }
            catch (Exception problem) when (IsRefusal(problem))
            {
                refusal ??= ExceptionDispatchInfo.Capture(problem);
            }
        }
    }

    /// <summary>Makes the successor of a probe, completely or not at all, and not yet active.</summary>
    /// <param name="previous">The attached probe; its files are found again even where their paths lead elsewhere now.</param>
    /// <param name="rule">The rule as it is now.</param>
    /// <param name="probe">The rule's probe.</param>
    /// <exception cref="KernelException">The kernel refused a part of it.</exception>
    public AttachedProbe Succeed(AttachedProbe previous, Rule rule, Probe probe)
    {
        var next = new AttachedProbe(rule, previous.Counters);
        var sources = previous.Files.DistinctBy(file => file.File.Identity.File)
            .ToDictionary(file => file.File.Identity.File, file => file.File.InodePath);
        try
        {
            foreach (var part in Probe.Of(probe.Parts.Concat(StillRunning(previous, rule, probe)))!.Parts)
            {
                var added = Load(next, rule, part, (next.Parts.FirstOrDefault() ?? previous.Parts[0]).Loaded);
                next.Parts.Add(added);
                foreach (var file in part.Files)
                {
                    added.Attach(file, sources.GetValueOrDefault(file.Identity.File, file.Source));
                }
            }
        }
        catch
        {
            next.Parts.ForEach(Discard);
            throw;
        }

        return next;
    }

    /// <summary>
    /// The parts for replaced files whose processes still run: they go on being traced, where the rule still finds its place in
    /// them.
    /// </summary>
    private IEnumerable<ProbePart> StillRunning(AttachedProbe previous, Rule rule, Probe probe)
    {
        var found = probe.Files.Select(file => file.Identity.File).ToHashSet();
        return rule.Binary == previous.Rule.Binary
            ? previous.Files.Select(file => file.File)
                .Where(file => !found.Contains(file.Identity.File))
                .DistinctBy(file => file.Identity.File)
                .SelectMany(file => ProbeParts.In(file, rule, folders))
            : [];
    }

    private void PrepareEach(ConcurrentQueue<ReconcileStep.Attach> remaining)
    {
        while (remaining.TryDequeue(out var coming))
        {
            try
            {
                var loaded = session.Load(coming.Probe.Parts[0].Plan, coming.Rule.Name.Value);
                lock (_prepared)
                {
                    _prepared.Add(coming.Rule.Name.Value, loaded);
                }
            }
            catch (Exception problem) when (IsRefusal(problem))
            {
                // Attaching fails for the same reason, and reports it.
            }
        }
    }

    private AttachedPart Load(AttachedProbe probe, Rule rule, ProbePart part, LoadedProbe? sibling)
    {
        var loaded = sibling is null && _prepared.Remove(rule.Name.Value, out var prepared)
            ? prepared
            : session.Load(part.Plan, rule.Name.Value, sibling);
        var attached = new AttachedPart(rule, part, loaded, probe.Counters);
        slots[loaded.Slot] = attached.Slot;
        return attached;
    }

    private void Discard(AttachedPart part)
    {
        part.Files.ForEach(file => file.Dispose());
        part.Loaded.Close();
        part.CloseCounters(0);
        slots[part.Loaded.Slot] = null;
        part.Loaded.Dispose();
    }
}
