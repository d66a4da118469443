using TraceAgent.Capture;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>The files whose paths match a pattern in which <c>*</c> and <c>?</c> stand for any characters but a slash.</summary>
internal sealed class PathGlob
{
    /// <summary>The maximum number of entries of folders that are examined for one pattern.</summary>
    private const int MaxEntries = 100_000;

    /// <summary>
    /// The maximum number of folders that are watched for one pattern; beyond, new files are found only when everything is
    /// evaluated again.
    /// </summary>
    private const int MaxFolders = 1024;

    private readonly string[] _parts;
    private readonly int _max;
    private readonly List<string> _files = [];
    private readonly List<WatchedName> _watchedNames = [];
    private int _entries;

    private PathGlob(string pattern, int max) => (_parts, _max) = (pattern.Split('/', StringSplitOptions.RemoveEmptyEntries), max);

    /// <param name="pattern">Absolute.</param>
    /// <param name="max">The maximum number of files.</param>
    /// <returns>Files in lexical order; whether there may be more; and where another one would appear.</returns>
    public static (IReadOnlyList<string> Files, bool IsCut, IReadOnlyList<WatchedName> WatchedNames) Find(string pattern, int max)
    {
        var search = new PathGlob(pattern, max);
        search.Descend("/", 0);
        return (search._files, search._entries > MaxEntries || search._files.Count > max, search._watchedNames);
    }

    private bool IsFull => _entries > MaxEntries || _files.Count > _max;

    private void Descend(string folder, int depth)
    {
        var part = _parts[depth];
        var isLast = depth == _parts.Length - 1;
        var isPattern = Wildcard.IsIn(part);
        if ((isPattern || isLast) && _watchedNames.Count < MaxFolders)
        {
            _watchedNames.Add(new WatchedName(folder, part));
        }

        foreach (var name in isPattern ? Matches(folder, part) : [part])
        {
            if (IsFull)
            {
                return;
            }

            var path = Path.Combine(folder, name);
            if (!isLast)
            {
                Descend(path, depth + 1);
            }
            else if (FileStatus.Of(path) is { Kind: FileKind.Regular })
            {
                _files.Add(path);
            }
        }
    }

    private List<string> Matches(string folder, string pattern)
    {
        var names = new List<string>();
        try
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder))
            {
                var name = Path.GetFileName(path);
                if (NamePattern.Matches(pattern, name))
                {
                    names.Add(name);
                }

                if (_entries++ >= MaxEntries)
                {
                    break;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // No folder, or not for us: nothing matches in it.
            return [];
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
