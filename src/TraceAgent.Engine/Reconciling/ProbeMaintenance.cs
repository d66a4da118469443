using TraceAgent.Engine.State;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Reconciling;

/// <summary>Maintains what is attached when no rule changes: files and threads come and go.</summary>
/// <param name="rules">The table of all rules, with what is attached.</param>
/// <param name="reporter">Receives the reports.</param>
/// <param name="seesAll">True when /proc has all processes; else any file may still be used by one.</param>
public sealed class ProbeMaintenance(
    RuleTable rules, IReconcilerListener reporter, bool seesAll = true)
{
    /// <summary>True when <see cref="DetachOverwritten"/> would find a file by its state now.</summary>
    public bool AnyOverwritten()
    {
        var states = new FileStates();
        foreach (var probe in rules.Attached)
        {
            foreach (var part in probe.Parts)
            {
                foreach (var file in part.Files)
                {
                    if (states.Now(file.File).IsOverwritten(file.File.Identity))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Detaches from every file that was written to: its processes would run into breakpoints that are not on their instructions.
    /// </summary>
    /// <param name="written">
    /// Files that were seen to be written to, whatever they look like now: time and size can be set back. Null for none.
    /// </param>
    /// <returns>True when there was one.</returns>
    public bool DetachOverwritten(IReadOnlySet<FileIdentity>? written = null)
    {
        var any = false;
        var states = new FileStates();
        foreach (var probe in rules.Attached)
        {
            foreach (var (part, file) in Those(
                probe,
                file => written?.Contains(file.Identity) is true || states.Now(file).IsOverwritten(file.Identity)))
            {
                file.Dispose();
                part.Files.Remove(file);
                reporter.Overwritten(probe.Rule, file.File.Path);
                any = true;
            }
        }

        return any;
    }

    /// <summary>Detaches from every file that the agent configuration does not permit any more.</summary>
    /// <returns>The rules that have no file left.</returns>
    public IReadOnlyList<string> DetachDenied(PermittedBinaries permitted)
    {
        var bare = new List<string>();
        var states = new FileStates();
        foreach (var probe in rules.Attached)
        {
            var any = false;
            foreach (var (part, file) in Those(
                probe, file => permitted.Refusal(new TargetFile(file.Path, file.InodePath), states.Now(file)) is not null))
            {
                file.Dispose();
                part.Files.Remove(file);
                reporter.Denied(probe.Rule, file.File.Path);
                any = true;
            }

            if (any && !probe.Files.Any())
            {
                bare.Add(probe.Name);
            }
        }

        return bare;
    }

    /// <summary>Forgets calls whose threads have ended in them: the table of calls in flight would fill up.</summary>
    public void ForgetDeadCalls()
    {
        foreach (var probe in rules.Attached)
        {
            probe.Counters.AddUnreturned(probe.Parts.Sum(part => part.Loaded.ForgetDeadCalls()));
        }
    }

    /// <summary>
    /// Makes room among the calls in flight of every rule that has lost calls since the last time because there was none.
    /// </summary>
    public void MakeRoomForCalls()
    {
        foreach (var probe in rules.Attached.Where(probe => probe.Counters.LostInFlight > probe.LostWithoutRoom))
        {
            probe.LostWithoutRoom = probe.Counters.LostInFlight;
            probe.Counters.AddUnreturned(probe.Parts.Sum(
                part => part.Loaded.ForgetDeadCalls() + part.Loaded.ForgetAbandonedCalls()));
        }
    }

    /// <summary>Detaches from files that their rule does not lead to any more and that no process uses.</summary>
    public void DetachUnused()
    {
        var stale = rules.Attached.SelectMany(probe => Those(probe, file => !probe.Current.Contains(file.Identity.File))).ToList();
        if (stale.Count == 0 || !seesAll)
        {
            return;
        }

        var used = ProcessMaps.Inodes();
        if (used.Count == 0)
        {
            return;
        }

        foreach (var (part, file) in stale.Where(one => !used.Contains(one.File.File.Identity.Inode)))
        {
            file.Dispose();
            part.Files.Remove(file);
        }
    }

    private static List<(AttachedPart Part, AttachedFile File)> Those(AttachedProbe probe, Predicate<PinnedFile> which) =>
        probe.Parts.Exists(part => part.Files.Exists(file => which(file.File)))
            ? [.. probe.Parts.SelectMany(part => part.Files.Where(file => which(file.File)), (part, file) => (part, file))]
            : [];

    /// <summary>Reads the state of each inode once: many rules look into one, and each holds it open for itself.</summary>
    private sealed class FileStates
    {
        private readonly Dictionary<FileIdentity, FileIdentity> _known = [];
        private (FileIdentity Identity, FileIdentity Now)? _last;

        public FileIdentity Now(PinnedFile file)
        {
            if (_last is var (identity, last) && identity == file.Identity)
            {
                return last;
            }

            if (!_known.TryGetValue(file.Identity, out var now))
            {
                _known[file.Identity] = now = file.CurrentIdentity;
            }

            _last = (file.Identity, now);
            return now;
        }
    }
}
