using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>
/// Decides which files the agent configuration lets rules probe. A file is judged by the inode that the kernel would probe: by
/// all names that lead to it in our own mount namespace, and refused also by the path that the rule has. Where another user
/// namespace owns the mount, names mean nothing, and every file is refused.
/// </summary>
/// <param name="lists">The lists that are active now.</param>
public sealed class PermittedBinaries(Func<BinaryLists> lists)
{
    private readonly Dictionary<(TargetFile File, FileIdentity Identity), string?> _known = [];
    private Patterns? _patterns;
    private MountNamespaces? _namespaces;

    /// <summary>True when not every file may be probed.</summary>
    public bool IsLimited => lists() is not { Allow.Count: 0, Deny.Count: 0 };

    /// <summary>The reason why the file may not be probed, in words; null when it may.</summary>
    /// <param name="file">The file.</param>
    /// <param name="identity">The file's identity when it was found.</param>
    public string? Refusal(TargetFile file, FileIdentity identity)
    {
        if (!IsLimited)
        {
            return null;
        }

        if (!_known.TryGetValue((file, identity), out var refusal))
        {
            _known[(file, identity)] = refusal = Check(file, identity);
        }

        return refusal;
    }

    /// <summary>Forgets all answers, since links and names may have changed.</summary>
    public void Forget()
    {
        _known.Clear();
        _patterns = null;
        _namespaces = null;
    }

    private string? Check(TargetFile file, FileIdentity identity)
    {
        using var pinned = PinnedFile.TryOpen(file.Source, file.Path);
        if (pinned is null || pinned.Identity != identity || RealPath.Of(pinned) is not { } real)
        {
            return $"{file.Path} was replaced meanwhile; it is tried again";
        }

        var shown = real == file.Path ? file.Path : $"{file.Path} ({real})";
        var (probed, namespaces) = (KernelFile.Of(pinned), _namespaces ??= new MountNamespaces());
        if (namespaces.Trusted(probed.MountId) is not { } mount)
        {
            return $"{shown} must not be probed: "
                + "its mount belongs to another user namespace, where any file can have this name, or to none";
        }

        var patterns = _patterns ??= new Patterns(lists());
        var names = FileNames.Of(probed, real, mount, namespaces).ToList();
        if (patterns.Denying([file.Path, real, .. names, .. FileNames.Below(probed, real, mount)], probed) is { } denied)
        {
            return $"{shown} must not be probed: the agent configuration denies {denied}";
        }

        return patterns.Allows(names) ? null : $"{shown} must not be probed: it is not among what the agent configuration allows";
    }

    private sealed class Patterns(BinaryLists lists)
    {
        private readonly List<(PathPattern Pattern, PathPattern Resolved)> _allow = Of(lists.Allow);
        private readonly List<(PathPattern Pattern, PathPattern Resolved)> _deny = Of(lists.Deny);
        private readonly List<(string Path, KernelFile File)> _denied =
            [.. lists.Deny
                .Where(path => new PathPattern(path).IsPlain)
                .SelectMany(path => KernelFile.Of(path) is { } found ? new[] { (path, found) } : [])];

        public bool Allows(IReadOnlyList<string> names) =>
            _allow.Count == 0 || _allow.Exists(one => names.Any(name => one.Pattern.Matches(name) || one.Resolved.Matches(name)));

        public string? Denying(IReadOnlyList<string> names, KernelFile file) =>
            _deny.Find(one => names.Any(name => one.Pattern.Matches(name) || one.Resolved.Matches(name))).Pattern?.Text
            ?? _denied.Find(one => one.File.IsSameAs(file)).Path;

        private static List<(PathPattern Pattern, PathPattern Resolved)> Of(IEnumerable<string> texts) =>
            [.. texts.Select(text => new PathPattern(text)).Select(pattern => (pattern, pattern.Resolved()))];
    }
}
