using TraceAgent.Bpf.Linux;
using TraceAgent.Configuration;

namespace TraceAgent.Targets;

/// <summary>
/// Which files the agent configuration lets rules probe. A file is judged by its real path, and refused also by the path that
/// the rule has and, when a denied path leads to it, under any name.
/// </summary>
/// <param name="lists">In force now.</param>
internal sealed class PermittedBinaries(Func<BinaryLists> lists)
{
    private readonly Dictionary<(TargetFile File, FileIdentity Identity), string?> _known = [];
    private Patterns? _patterns;

    /// <summary>Why the file may not be probed, in words; null when it may.</summary>
    /// <param name="file">Which.</param>
    /// <param name="identity">As it was found.</param>
    public string? Refusal(TargetFile file, FileIdentity identity)
    {
        if (lists() is { Allow.Count: 0, Deny.Count: 0 })
        {
            return null;
        }

        if (!_known.TryGetValue((file, identity), out var refusal))
        {
            _known[(file, identity)] = refusal = Judge(file, identity);
        }

        return refusal;
    }

    /// <summary>The next answers are new ones: links and names may have changed.</summary>
    public void Forget()
    {
        _known.Clear();
        _patterns = null;
    }

    private string? Judge(TargetFile file, FileIdentity identity)
    {
        using var pinned = PinnedFile.TryOpen(file.Source, file.Path);
        if (pinned is null || pinned.Identity != identity || RealPath.Of(pinned) is not { } real)
        {
            return $"{file.Path} was replaced meanwhile; it is tried again";
        }

        var patterns = _patterns ??= new Patterns(lists());
        var shown = real == file.Path ? file.Path : $"{file.Path} ({real})";
        return patterns.Denying(file.Path, real, identity) is { } denied
            ? $"{shown} must not be probed: the agent configuration denies {denied}"
            : patterns.Allows(real) ? null : $"{shown} must not be probed: it is not among what the agent configuration allows";
    }

    private sealed class Patterns(BinaryLists lists)
    {
        private readonly List<(PathPattern Pattern, PathPattern Resolved)> _allow = Of(lists.Allow);
        private readonly List<(PathPattern Pattern, PathPattern Resolved)> _deny = Of(lists.Deny);
        private readonly List<(string Path, FileIdentity Identity)> _denied =
            [.. lists.Deny.Where(path => new PathPattern(path).IsPlain).SelectMany(path => FileStatus.Of(path) is { } found ? new[] { (path, found) } : [])];

        public bool Allows(string real) => _allow.Count == 0 || _allow.Exists(one => one.Pattern.Matches(real) || one.Resolved.Matches(real));

        public string? Denying(string path, string real, FileIdentity identity) =>
            _deny.Find(one => one.Pattern.Matches(path) || one.Pattern.Matches(real) || one.Resolved.Matches(real)).Pattern?.Text
            ?? _denied.Find(one => one.Identity.IsSameFile(identity)).Path;

        private static List<(PathPattern Pattern, PathPattern Resolved)> Of(IEnumerable<string> texts) =>
            [.. texts.Select(text => new PathPattern(text)).Select(pattern => (pattern, pattern.Resolved()))];
    }
}
