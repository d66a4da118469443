using TraceAgent.Bpf.Linux;

namespace TraceAgent.Reconciling;

/// <summary>Looks after what is attached when no rule changes but the world does: files and threads come and go.</summary>
internal sealed class ProbeUpkeep(IReadOnlyDictionary<string, AttachedProbe> attached, IReconcilerVoice voice)
{
    /// <summary>Takes probes off every file that was written to: its processes would run into breakpoints that are not on their instructions.</summary>
    /// <returns>True when there was one.</returns>
    public bool DetachOverwritten()
    {
        var any = false;
        foreach (var probe in attached.Values)
        {
            foreach (var file in probe.Files.FindAll(file => file.File.CurrentIdentity != file.File.Identity))
            {
                file.Dispose();
                probe.Files.Remove(file);
                if (probe.Held.Probe.File.IsSameFile(file.File.Identity))
                {
                    probe.Held = probe.Held with { IsAttached = false };
                }

                voice.Overwritten(probe.Held.Rule, file.File.Path);
                any = true;
            }
        }

        return any;
    }

    /// <summary>Forgets calls whose threads have ended in them: the table of calls in flight would fill up.</summary>
    public void ForgetDeadCalls()
    {
        foreach (var probe in attached.Values)
        {
            probe.Books.AddUnreturned(probe.Loaded.ForgetDeadCalls());
        }
    }

    /// <summary>Detaches from files that are not at their path any more and that no process uses.</summary>
    public void DetachUnused()
    {
        var stale = attached.Values
            .SelectMany(probe => probe.Files.Where(file => !file.File.Identity.IsSameFile(FileStatus.Of(file.File.Path) ?? default)), (probe, file) => (probe, file))
            .ToList();
        if (stale.Count == 0)
        {
            return;
        }

        var used = ProcessMaps.Inodes();
        foreach (var (probe, file) in stale.Where(one => !used.Contains(one.file.File.Identity.Inode)))
        {
            file.Dispose();
            probe.Files.Remove(file);
            if (probe.Held.Probe.File.IsSameFile(file.File.Identity))
            {
                probe.Held = probe.Held with { IsAttached = false };
            }
        }
    }
}
