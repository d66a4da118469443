using TraceAgent.Capture;
using TraceAgent.Engine.Trust;
using TraceAgent.Linux;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Packets;

/// <summary>The filter that a packet rule asks for, with the contents of its files.</summary>
/// <param name="Rule">The rule as in its file.</param>
/// <param name="Lists">The lists; null while what it allows is not known: then nothing may be denied either.</param>
public sealed record DesiredFilter(PacketRule Rule, PrefixLists? Lists);

/// <summary>The result of reading the lists of a packet rule.</summary>
/// <param name="Desired">The filter to attach.</param>
/// <param name="Diagnostics">The diagnostics of the files, with the text that they point into; null for that of the rule.</param>
/// <param name="Doubt">The reason why a list differs from its file, in a sentence; null when it does not.</param>
public sealed record FilterResolution(
    DesiredFilter Desired, IReadOnlyList<(Diagnostic Diagnostic, SourceText? Source)> Diagnostics, string? Doubt);

/// <summary>Reads the lists of packet rules. A file of addresses that has errors, or is gone, keeps its last valid content.</summary>
/// <param name="trust">Decides which files are trusted; null to trust all.</param>
public sealed class PrefixSource(PathTrust? trust = null)
{
    /// <summary>
    /// The granularity of time stamps: a file that was changed this shortly before it was read may be changed again without a new
    /// one.
    /// </summary>
    private static readonly TimeSpan TimestampGranularity = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(string Path, bool TakesEverything), KnownFile> _files = [];
    private readonly Dictionary<string, (PacketRule Rule, PrefixFile? Deny, PrefixFile? Allow, PrefixLists Lists)> _lists = [];
    private readonly HashSet<(string Path, bool TakesEverything)> _used = [];

    public FilterResolution Resolve(PacketRule rule)
    {
        var diagnostics = new List<(Diagnostic, SourceText?)>();
        string? doubt = null;
        var deny = Read(rule.DenyFile, rule.AllowsUnsafe, "its addresses are added when it appears");
        var allow = Read(rule.AllowFile, takesEverything: true, "the rule waits until it appears, and denies nothing before");
        if (allow is { Good: null })
        {
            return new FilterResolution(new DesiredFilter(rule, null), diagnostics, $"{allow.Doubt}; nothing is denied without it");
        }

        return new FilterResolution(new DesiredFilter(rule, Merge(rule, deny?.Good, allow?.Good)), diagnostics, doubt);

        KnownFile? Read(Located<string>? path, bool takesEverything, string whenMissing)
        {
            if (path is null)
            {
                return null;
            }

            var file = ReadIfChanged(path.Value, takesEverything);
            diagnostics.AddRange(file.Latest.Diagnostics.Select(diagnostic => (diagnostic, (SourceText?)file.Latest.Source)));
            if (file.IsMissing)
            {
                diagnostics.Add((Diagnostic.Warning(DiagnosticCode.PrefixFileMissing, path.At, $"{path.Value} does not exist", file.Kept
                    ?? whenMissing), null));
            }

            doubt ??= file.Doubt;
            return file;
        }
    }

    /// <summary>Makes the next evaluation read every file again.</summary>
    public void Forget()
    {
        foreach (var (path, known) in _files.ToList())
        {
            _files[path] = known with { IsQuiet = false };
        }
    }

    /// <summary>Forgets what no rule has asked for since the last call.</summary>
    public void Settle()
    {
        foreach (var path in _files.Keys.Where(path => !_used.Contains(path)).ToList())
        {
            _files.Remove(path);
        }

        _used.Clear();
    }

    /// <summary>Merges lists; returns the same object for the same lists.</summary>
    private PrefixLists Merge(PacketRule rule, PrefixFile? deny, PrefixFile? allow)
    {
        var name = rule.Name.Value;
        if (_lists.TryGetValue(name, out var known)
            && known.Rule == rule && ReferenceEquals(known.Deny, deny) && ReferenceEquals(known.Allow, allow))
        {
            return known.Lists;
        }

        var lists = new PrefixLists(Joined(rule.Deny, deny), Joined(rule.Allow, allow));
        _lists[name] = (rule, deny, allow, lists);
        return lists;
    }

    private static EquatableArray<IpPrefix> Joined(EquatableArray<IpPrefix> own, PrefixFile? file) =>
        file is null ? own : own.Concat(file.Prefixes).Distinct().ToEquatableArray();

    private KnownFile ReadIfChanged(string path, bool takesEverything)
    {
        var key = (path, takesEverything);
        _used.Add(key);
        var identity = FileStatus.Of(path);
        var known = _files.GetValueOrDefault(key);
        if (known is not null && known.Identity == identity && known.IsQuiet && IsTrustedAsBefore(known))
        {
            return known;
        }

        var readAt = DateTime.UtcNow;
        var latest = identity switch
        {
            null => new PrefixFile(path, [], [], new SourceText(path, "")),
            { Kind: FileKind.Regular } => Load(path, takesEverything),
            _ => PrefixFile.Unreadable(path, "not a regular file"),
        };
        var isSettled = identity is null
            || readAt - DateTime.UnixEpoch.AddTicks(
                Math.Max(identity.ModifiedNs, identity.ChangedNs) / TimeSpan.NanosecondsPerTick) > TimestampGranularity;
        var isSame = known is not null && known.Identity is null == identity is null
            && latest.Source.Text == known.Latest.Source.Text && latest.Diagnostics == known.Latest.Diagnostics;
        return _files[key] = isSame
            ? known! with { Identity = identity, IsQuiet = isSettled }
            : new KnownFile(path, identity, isSettled, latest, identity is null || latest.HasErrors ? known?.Good : latest);
    }

    /// <summary>
    /// True when the file is trusted as before: permissions change without the file's content, and those of its folders too.
    /// </summary>
    private bool IsTrustedAsBefore(KnownFile known) =>
        trust is null || known.Identity is not { Kind: FileKind.Regular }
            || trust.Judge(known.Path) == known.Latest.Diagnostics.FirstOrDefault(d => d.Code == PathTrust.Code);

    private PrefixFile Load(string path, bool takesEverything)
    {
        try
        {
            using var opened = InputFile.Open(path);
            if (opened.Kind != FileKind.Regular)
            {
                return PrefixFile.Unreadable(path, "not a regular file");
            }

            var bytes = new byte[Math.Min(RandomAccess.GetLength(opened.Handle), PrefixFileReader.MaxFileSize) + 1];
            var length = opened.Read(bytes);
            var file = PrefixFileReader.Read(path, bytes.AsSpan(0, length), takesEverything);
            return trust?.Judge(path, opened.Handle) is { } distrust ? file with { Diagnostics = [distrust, .. file.Diagnostics] } : file;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return PrefixFile.Unreadable(path, IoFailure.Describe(refusal));
        }
    }

    /// <param name="Path">Absolute.</param>
    /// <param name="Identity">The identity; null when there is no such file.</param>
    /// <param name="IsQuiet">False when it was changed so shortly before it was read that it must be read again.</param>
    /// <param name="Latest">The latest content.</param>
    /// <param name="Good">The last valid content; null when there was none.</param>
    private sealed record KnownFile(string Path, FileIdentity? Identity, bool IsQuiet, PrefixFile Latest, PrefixFile? Good)
    {
        public bool IsMissing => Identity is null;

        public string? Kept =>
            Good is null || ReferenceEquals(Good, Latest)
                ? null
                : $"its last valid content stays active ({Plural.Of(Good.Prefixes.Count, "address", "addresses")})";

        public string? Doubt
        {
            get
            {
                var error = Latest.Diagnostics.FirstOrDefault(d => d.Severity == Severity.Error);
                var what = (IsMissing, error) switch
                {
                    (true, _) => $"{Path} does not exist",
                    (_, { } found) => $"{found.At.File}:{found.At.Line}:{found.At.Column}: {found.Code}: {found.Message}",
                    _ => null,
                };
                if (what is null)
                {
                    return null;
                }

                return Kept is null ? what : $"{what}; {Kept}";
            }
        }
    }
}
