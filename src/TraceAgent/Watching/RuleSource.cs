using TraceAgent.Bpf.Linux;
using TraceAgent.Rules;

namespace TraceAgent.Watching;

/// <summary>One rule file as it was read last.</summary>
/// <param name="Path">As found: the folder that the user named, and the file's name.</param>
/// <param name="Content">What it says.</param>
internal sealed record RuleFileVersion(string Path, RuleFile Content);

/// <summary>The files and folders that the user named, and the rule files in them.</summary>
internal sealed class RuleSource(IReadOnlyList<string> paths)
{
    /// <summary>A file that was changed this shortly before it was read may be changed again without a new time stamp.</summary>
    private static readonly TimeSpan Racy = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, (FileIdentity Identity, DateTime ReadAt, RuleFileVersion Version)> _known = [];

    public IReadOnlyList<string> Paths => paths;

    /// <summary>True for names that are read in a folder: not those of editors' temporary and package managers' saved files.</summary>
    public static bool IsRuleFileName(string name) =>
        !name.StartsWith('.') && !name.StartsWith('#')
        && (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal));

    /// <summary>All files in force, in lexical order within each path. The same object again for a file that has not changed.</summary>
    public IReadOnlyList<RuleFileVersion> Read()
    {
        var versions = new List<RuleFileVersion>();
        foreach (var path in Files())
        {
            if (ReadFile(path) is { } version)
            {
                versions.Add(version);
            }
        }

        var present = versions.Select(version => version.Path).ToHashSet();
        foreach (var gone in _known.Keys.Where(path => !present.Contains(path)).ToList())
        {
            _known.Remove(gone);
        }

        return versions;
    }

    private IEnumerable<string> Files()
    {
        var seen = new HashSet<string>();
        foreach (var path in paths)
        {
            IEnumerable<string> files = [path];
            if (Directory.Exists(path))
            {
                try
                {
                    files = Directory.EnumerateFiles(path).Where(file => IsRuleFileName(Path.GetFileName(file))).Order(StringComparer.Ordinal).ToList();
                }
                catch (DirectoryNotFoundException)
                {
                    files = [];
                }
            }

            foreach (var file in files)
            {
                if (seen.Add(Path.GetFullPath(file)))
                {
                    yield return file;
                }
            }
        }
    }

    private RuleFileVersion? ReadFile(string path)
    {
        if (FileStatus.Of(path) is not { } identity)
        {
            return null;
        }

        if (_known.TryGetValue(path, out var known) && known.Identity == identity && known.ReadAt - ModifiedAt(identity) > Racy)
        {
            return known.Version;
        }

        var readAt = DateTime.UtcNow;
        var content = RuleFileLoader.Load(path);
        var version = known.Version is { } old && old.Content.Source.Text == content.Source.Text && old.Content.Diagnostics == content.Diagnostics
            ? old
            : new RuleFileVersion(path, content);
        _known[path] = (identity, readAt, version);
        return version;
    }

    private static DateTime ModifiedAt(FileIdentity identity) => DateTime.UnixEpoch.AddTicks(identity.ModifiedNs / TimeSpan.NanosecondsPerTick);
}

/// <summary>A rule file from disk.</summary>
internal static class RuleFileLoader
{
    /// <summary>Larger than any file that the reader takes, which says so itself.</summary>
    private const int ReadLimit = (1 << 20) + 1;

    /// <param name="path">Whatever its extension. Relative paths in the file start at the folder that holds it.</param>
    public static RuleFile Load(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var bytes = new byte[ReadLimit];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return RuleFileReader.Read(path, folder, bytes.AsSpan(0, length));
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return RuleFile.Unreadable(path, refusal.Message);
        }
    }
}
