using TraceAgent.Capture;
using TraceAgent.Engine.Trust;
using TraceAgent.Linux;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Sources;

/// <summary>The files and folders that the user named, and the rule files in them.</summary>
/// <param name="paths">The paths as the user named them.</param>
/// <param name="takesPipes">
/// True when a path that is named itself may be a pipe or a device, which can be read once and may keep the reader waiting.
/// </param>
/// <param name="defaults">The defaults for what rules leave open; null leaves it open.</param>
/// <param name="trust">Decides which files are trusted; null to trust all.</param>
public sealed class RuleSource(
    IReadOnlyList<string> paths, bool takesPipes = false, RuleDefaults? defaults = null, PathTrust? trust = null)
{
    private readonly Dictionary<string, (FileIdentity? Identity, DateTime ReadAt, RuleFileVersion Version)> _known = [];
    private readonly Dictionary<string, (FileIdentity? State, DateTime ReadAt)> _looked = [];

    public IReadOnlyList<string> Paths => paths;

    /// <summary>The rules that stand in no file, besides those of <see cref="Paths"/>.</summary>
    public RuleFileVersion? Given { get; init; }

    /// <summary>The paths of <see cref="Paths"/> in which <see cref="Read"/> has found no rule file.</summary>
    public IReadOnlyList<string> WithoutFiles { get; private set; } = [];

    /// <summary>True for names that are read in a folder: not those of editors' temporary and package managers' saved files.</summary>
    public static bool IsRuleFileName(string name) =>
        !name.StartsWith('.') && !name.StartsWith('#')
        && (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal));

    /// <summary>
    /// Reads all active files, in lexical order within each path. Returns the same object again for a file that has not changed.
    /// </summary>
    public IReadOnlyList<RuleFileVersion> Read()
    {
        var versions = new List<RuleFileVersion>(Given is null ? [] : [Given]);
        var judge = trust?.ForOneLook();
        var withoutFiles = new List<string>();
        var seen = new HashSet<string>();
        foreach (var path in paths)
        {
            var any = false;
            _looked[path] = (FileStatus.Of(path), DateTime.UtcNow);
            var isFolder = Directory.Exists(path);
            var full = Path.GetFullPath(path);
            var files = isFolder ? FilesIn(path) : [path];
            if (files is null)
            {
                _looked.Remove(path);
            }

            foreach (var file in files ?? KnownIn(path))
            {
                var identity = FileStatus.Of(file);
                any |= identity is not null;
                if (seen.Add(isFolder ? Path.Combine(full, Path.GetFileName(file)) : full)
                    && ReadFile(file, identity, takesPipes && !isFolder, judge) is { } version)
                {
                    versions.Add(version);
                }
            }

            if (!any)
            {
                withoutFiles.Add(path);
            }
        }

        WithoutFiles = withoutFiles;
        var present = versions.Select(version => version.Path).ToHashSet();
        foreach (var gone in _known.Keys.Where(path => !present.Contains(path)).ToList())
        {
            _known.Remove(gone);
        }

        return versions;
    }

    /// <summary>
    /// True when <see cref="Read"/> may have another result than the last time. Much cheaper than to read: no folder is listed, and
    /// no file opened.
    /// </summary>
    public bool HasChanged()
    {
        var judge = trust?.ForOneLook();
        return _looked.Count != paths.Distinct().Count()
            || _looked.Any(one => FileStatus.Of(one.Key) is var state
                && (state != one.Value.State || state?.ShowsChangesAfter(one.Value.ReadAt) is false))
            || _known.Any(one => !IsCurrent(one.Key, FileStatus.Of(one.Key) ?? FileIdentity.None, judge));
    }

    /// <summary>
    /// The files of a folder at the last time: a folder that cannot be listed for a moment (too many open files, a slow server)
    /// takes no rule away.
    /// </summary>
    private List<string> KnownIn(string folder) =>
        [.. _known.Keys
            .Where(path => string.Equals(Path.GetDirectoryName(path), folder.TrimEnd('/'), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>Makes the next evaluation read every file again.</summary>
    public void Forget()
    {
        foreach (var (path, known) in _known.ToList())
        {
            _known[path] = known with { Identity = null };
        }
    }

    /// <summary>The rule files in a folder; null when it cannot be listed.</summary>
    private static List<string>? FilesIn(string folder)
    {
        try
        {
            return [
                .. Directory.EnumerateFiles(folder).Where(file => IsRuleFileName(Path.GetFileName(file))).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private RuleFileVersion? ReadFile(string path, FileIdentity? found, bool takesPipe, PathTrust? judge)
    {
        if (found is null && !RuleFileLoader.IsLink(path))
        {
            return null;
        }

        var identity = found ?? FileIdentity.None;
        var known = _known.GetValueOrDefault(path);
        if (IsCurrent(path, identity, judge))
        {
            return known.Version;
        }

        var readAt = DateTime.UtcNow;
        var content = identity.Kind switch
        {
            FileKind.Unknown => RuleFileLoader.LinkToNowhere(path),
            FileKind.Regular => RuleFileLoader.Load(path, judge),
            _ when takesPipe => RuleFileLoader.Load(path, takesPipe: true),
            _ => RuleFile.Unreadable(path, "not a regular file"),
        };
        var version =
            known.Version is { } old && old.Content.Source.Text == content.Source.Text && old.Content.Diagnostics == content.Diagnostics
            ? old
            : new RuleFileVersion(path, defaults is null ? content : content with
            {
                Rules = content.Rules.Select(defaults.Complete).ToEquatableArray(),
                Packets = content.Packets.Select(defaults.Complete).ToEquatableArray(),
            });
        _known[path] = (identity, readAt, version);
        return version;
    }

    /// <summary>True when the file was read, and what was read is what it has now.</summary>
    private bool IsCurrent(string path, FileIdentity identity, PathTrust? judge) =>
        _known.TryGetValue(path, out var known)
        && known.Identity == identity && identity.ShowsChangesAfter(known.ReadAt)
        && judge?.HasChanged(path, identity, known.Version.Content.Diagnostics) is not true;
}
