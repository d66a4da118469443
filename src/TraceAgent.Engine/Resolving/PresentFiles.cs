using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Resolving;

/// <summary>A file that exists, and its state when it was looked at.</summary>
internal readonly record struct PresentFile(TargetFile File, FileIdentity Identity);

/// <summary>
/// Finds which files of targets exist. Looks at each once per evaluation, and keeps the states, which show later whether the
/// answers still hold.
/// </summary>
/// <param name="permitted">The binaries that may be probed; null for all.</param>
internal sealed class PresentFiles(PermittedBinaries? permitted)
{
    private readonly Dictionary<string, FileIdentity?> _states = [];
    private Dictionary<string, FileIdentity?> _settled = [];
    private bool _showsChanges = true;

    /// <summary>True when a file may have another state than in the evaluation before the last <see cref="Settle"/>.</summary>
    public bool MayHaveChanged =>
        !_showsChanges || permitted?.IsLimited is true || _settled.Any(one => FileStatus.Of(one.Key) != one.Value);

    /// <summary>
    /// The files that exist. The same file under another name has the same sites: it is probed once, by a name that is permitted.
    /// </summary>
    public EquatableArray<PresentFile> Of(TargetFiles target)
    {
        var seen = new Dictionary<FileIdentity, int>();
        var files = new List<PresentFile>();
        foreach (var file in target.Files)
        {
            if (!_states.TryGetValue(file.Source, out var state))
            {
                _states[file.Source] = state = FileStatus.Of(file.Source);
            }

            if (state is not { } identity)
            {
                continue;
            }

            var present = new PresentFile(file, identity);
            var known = seen.TryGetValue(identity, out var index) ? index : files.FindIndex(other => IsBelow(present, other));
            if (known < 0)
            {
                seen[identity] = files.Count;
                files.Add(present);
            }
            else if (IsRefused(files[known]) && !IsRefused(present))
            {
                files[known] = present;
            }
        }

        return files.ToEquatableArray();
    }

    /// <summary>The reason why a file may not be probed; null when it may.</summary>
    /// <exception cref="KernelException">It cannot be opened.</exception>
    public string? Refusal(PresentFile file) => permitted?.Refusal(file.File, file.Identity);

    /// <summary>True when a file may not be probed, or cannot be opened.</summary>
    public bool IsRefused(PresentFile file)
    {
        try
        {
            return Refusal(file) is not null;
        }
        catch (KernelException)
        {
            return true;
        }
    }

    /// <summary>Ends an evaluation: what comes is looked at anew.</summary>
    /// <param name="searched">The other things that the answers rest on, such as folders that were searched.</param>
    public void Settle(IEnumerable<string> searched)
    {
        var now = DateTime.UtcNow;
        _showsChanges = true;
        _settled = new Dictionary<string, FileIdentity?>(_states);
        foreach (var path in searched.Where(path => !_settled.ContainsKey(path)))
        {
            // It was looked at before, and may have changed since: then it shows in its times.
            var state = FileStatus.Of(path);
            _showsChanges &= state?.ShowsChangesAfter(now) is not false;
            _settled[path] = state;
        }

        _states.Clear();
        permitted?.Forget();
    }

    /// <summary>
    /// True when one is a file of an overlay and the other the one in the layer below, which are one inode for the kernel.
    /// </summary>
    private static bool IsBelow(PresentFile one, PresentFile other) =>
        (one.Identity.OverlaidNs == 0) != (other.Identity.OverlaidNs == 0)
        && (one.Identity.Size, one.Identity.ModifiedNs) == (other.Identity.Size, other.Identity.ModifiedNs)
        && KernelFile.Of(one.File.Source) is { } first && KernelFile.Of(other.File.Source) is { } second && first.IsSameAs(second);
}
