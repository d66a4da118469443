using TraceAgent.Capture;
using TraceAgent.Engine.Trust;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Engine.RuleFiles;

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
    private readonly FileCache<string, RuleFile> _cache = new();
    private readonly Dictionary<string, (FileIdentity? State, DateTime At)> _checked = [];

    public IReadOnlyList<string> Paths => paths;

    /// <summary>The rules that stand in no file, besides those of <see cref="Paths"/>.</summary>
    public RuleFile? Given { get; init; }

    /// <summary>The paths of <see cref="Paths"/> in which <see cref="Read"/> has found no rule file.</summary>
    public IReadOnlyList<string> WithoutFiles { get; private set; } = [];

    /// <summary>True for names that are read in a folder: not those of editors' temporary and package managers' saved files.</summary>
    public static bool IsRuleFileName(string name) =>
        !name.StartsWith('.') && !name.StartsWith('#')
        && (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal));

    /// <summary>
    /// Reads all active files, in lexical order within each path. Returns the same object again for a file that has not changed.
    /// </summary>
    public IReadOnlyList<RuleFile> Read()
    {
        var files = new List<RuleFile>(Given is null ? [] : [Given]);
        var judge = trust?.ForOneEvaluation();
        var withoutFiles = new List<string>();
        var seen = new HashSet<string>();
        foreach (var path in paths)
        {
            var any = false;
            _checked[path] = (FileStatus.Of(path), DateTime.UtcNow);
            var isFolder = Directory.Exists(path);
            var full = Path.GetFullPath(path);
            var names = isFolder ? FilesIn(path) : [path];
            if (names is null)
            {
                _checked.Remove(path);
            }

            foreach (var name in names ?? KnownIn(path))
            {
                var identity = FileStatus.Of(name);
                any |= identity is not null;
                if (seen.Add(isFolder ? Path.Combine(full, Path.GetFileName(name)) : full)
                    && ReadFile(name, identity, takesPipes && !isFolder, judge) is { } file)
                {
                    files.Add(file);
                }
            }

            if (!any)
            {
                withoutFiles.Add(path);
            }
        }

        WithoutFiles = withoutFiles;
        _cache.Keep(files.Select(file => file.Path).ToHashSet());
        return files;
    }

    /// <summary>
    /// True when <see cref="Read"/> may have another result than the last time. Much cheaper than to read: no folder is listed, and
    /// no file opened.
    /// </summary>
    public bool HasChanged()
    {
        var judge = trust?.ForOneEvaluation();
        return _checked.Count != paths.Distinct().Count()
            || _checked.Any(one => FileStatus.Of(one.Key) is var state
                && (state != one.Value.State || state?.ShowsChangesAfter(one.Value.At) is false))
            || _cache.Keys.Any(path => !_cache.IsCurrent(path, FileStatus.Of(path) ?? FileIdentity.None, judge));
    }

    /// <summary>
    /// The files of a folder at the last time: a folder that cannot be listed for a moment (too many open files, a slow server)
    /// takes no rule away.
    /// </summary>
    private List<string> KnownIn(string folder) =>
        [.. _cache.Keys
            .Where(path => string.Equals(Path.GetDirectoryName(path), folder.TrimEnd('/'), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>Makes the next evaluation read every file again.</summary>
    public void Forget() => _cache.Expire();

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

    private RuleFile? ReadFile(string path, FileIdentity? found, bool takesPipe, PathTrust? judge)
    {
        if (found is null && !RuleFileLoader.IsLink(path))
        {
            return null;
        }

        var identity = found ?? FileIdentity.None;
        return _cache.Read(path, identity, judge, () =>
        {
            var file = identity.Kind switch
            {
                FileKind.Unknown => RuleFileLoader.LinkToNowhere(path),
                FileKind.Regular => RuleFileLoader.Load(path, judge),
                _ when takesPipe => RuleFileLoader.Load(path, takesPipe: true),
                _ => RuleFile.Unreadable(path, "not a regular file"),
            };
            return defaults is null ? file : file with
            {
                Rules = file.Rules.Select(defaults.Complete).ToEquatableArray(),
                Packets = file.Packets.Select(defaults.Complete).ToEquatableArray(),
            };
        });
    }
}
