using TraceAgent.Capture;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.Trust;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
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
/// <param name="Warning">The reason why a list differs from its file, in a sentence; null when it does not.</param>
public sealed record FilterResolution(
    DesiredFilter Desired, IReadOnlyList<(Diagnostic Diagnostic, SourceText? Source)> Diagnostics, string? Warning);

/// <summary>Reads the lists of packet rules. A file of addresses that has errors, or is gone, keeps its last valid content.</summary>
/// <param name="trust">Decides which files are trusted; null to trust all.</param>
public sealed class PrefixSource(PathTrust? trust = null)
{
    private readonly FileCache<(string Path, bool TakesEverything), PrefixFile> _cache = new();
    private readonly LastValidFiles<(string Path, bool TakesEverything), PrefixFile> _files = new();
    private readonly Dictionary<string, (PacketRule Rule, PrefixFile? Deny, PrefixFile? Allow, PrefixLists Lists)> _lists = [];
    private readonly HashSet<(string Path, bool TakesEverything)> _used = [];

    public FilterResolution Resolve(PacketRule rule)
    {
        var diagnostics = new List<(Diagnostic, SourceText?)>();
        string? warning = null;
        var deny = Read(rule.DenyFile, rule.AllowsUnsafe, "its addresses are added when it appears");
        var allow = Read(rule.AllowFile, takesEverything: true, "the rule waits until it appears, and denies nothing before");
        if (allow is { Valid: null })
        {
            return new FilterResolution(new DesiredFilter(rule, null), diagnostics, $"{allow.Warning}; nothing is denied without it");
        }

        return new FilterResolution(new DesiredFilter(rule, Merge(rule, deny?.Valid, allow?.Valid)), diagnostics, warning);

        ListState? Read(Located<string>? path, bool takesEverything, string whenMissing)
        {
            if (path is null)
            {
                return null;
            }

            var list = ReadIfChanged(path.Value, takesEverything);
            if (list.Latest is { } file)
            {
                diagnostics.AddRange(file.Diagnostics.Select(diagnostic => (diagnostic, (SourceText?)file.Source)));
            }
            else
            {
                diagnostics.Add((Diagnostic.Warning(
                    DiagnosticCode.PrefixFileMissing, path.At, $"{path.Value} does not exist", list.Kept ?? whenMissing), null));
            }

            warning ??= list.Warning;
            return list;
        }
    }

    /// <summary>Makes the next evaluation read every file again.</summary>
    public void Forget() => _cache.Expire();

    /// <summary>Forgets what no rule has asked for since the last call.</summary>
    public void Settle()
    {
        _cache.Keep(_used);
        _files.Keep(_used);
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

    private ListState ReadIfChanged(string path, bool takesEverything)
    {
        var key = (path, takesEverything);
        _used.Add(key);
        if (FileStatus.Of(path) is not { } identity)
        {
            return new ListState(path, null, _files.ValidOf(key));
        }

        var latest = _cache.Read(key, identity, trust, () => identity.Kind == FileKind.Regular
            ? Load(path, takesEverything)
            : PrefixFile.Unreadable(path, "not a regular file"));
        _files.Take(key, latest, latest.HasErrors ? _files.ValidOf(key) : latest);
        return new ListState(path, latest, _files.ValidOf(key));
    }

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
            return trust?.Check(path, opened.Handle) is { } untrusted ? file with { Diagnostics = [untrusted, .. file.Diagnostics] } : file;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return PrefixFile.Unreadable(path, IoFailure.Describe(refusal));
        }
    }

    /// <summary>A file of addresses, and what of it is active.</summary>
    /// <param name="Path">Absolute.</param>
    /// <param name="Latest">The latest content; null when there is no such file.</param>
    /// <param name="Valid">The last valid content; null when there was none.</param>
    private sealed record ListState(string Path, PrefixFile? Latest, PrefixFile? Valid)
    {
        public string? Kept =>
            Valid is null || ReferenceEquals(Valid, Latest)
                ? null
                : $"its last valid content stays active ({Plural.Of(Valid.Prefixes.Count, "address", "addresses")})";

        public string? Warning
        {
            get
            {
                var what = Latest is null
                    ? $"{Path} does not exist"
                    : Latest.Diagnostics.Where(d => d.Severity == Severity.Error)
                        .Select(d => $"{d.At.File}:{d.At.Line}:{d.At.Column}: {d.Code}: {d.Message}").FirstOrDefault();
                if (what is null)
                {
                    return null;
                }

                return Kept is null ? what : $"{what}; {Kept}";
            }
        }
    }
}
