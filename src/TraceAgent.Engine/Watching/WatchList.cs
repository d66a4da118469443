using TraceAgent.Capture;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Watching;

/// <summary>The folders and files that inotify watches for us, and the meaning of its notices.</summary>
internal sealed class WatchList : IDisposable
{
    private const FileChange InFolder = FileChange.Created | FileChange.Modified | FileChange.WriteClosed | FileChange.MovedTo
        | FileChange.MovedFrom | FileChange.Deleted | FileChange.SelfDeleted | FileChange.SelfMoved;

    private const FileChange InFile = FileChange.Modified;

    /// <summary>
    /// The pause after a notice, in ms: a log that is written beside the rules would wake us with each of its lines, and programs
    /// that start by the hundred with each.
    /// </summary>
    private const int PauseMs = 10;

    private readonly Inotify _inotify = new();
    private readonly IReadOnlyList<string> _rulePaths;
    private readonly Dictionary<int, WatchedFolder> _folders = [];
    private readonly Dictionary<string, int> _folderWatches = [];
    private readonly Dictionary<FileIdentity, int> _fileWatches = [];
    private readonly HashSet<int> _files = [];
    private readonly HashSet<int> _written = [];
    private readonly List<FileNotice> _notices = [];

    public WatchList(IReadOnlyList<string> rulePaths)
    {
        _rulePaths = rulePaths;
        FollowRules();
    }

    /// <summary>Watches the folders of these names, or the nearest ones above that exist.</summary>
    public void Follow(IEnumerable<WatchedName> binaries)
    {
        FollowRules();
        foreach (var binary in binaries)
        {
            var name = binary.Name;
            for (var folder = binary.Folder; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            {
                if (WatchFolder(folder) is { } watched)
                {
                    (Wildcard.IsIn(name) ? watched.Patterns : watched.Binaries).Add(name);
                    break;
                }

                name = Path.GetFileName(folder);
            }
        }
    }

    /// <summary>Watches the inodes that are probed: they may be written to under another name.</summary>
    public void Follow(IEnumerable<AttachedProbe> probes)
    {
        var probed = new HashSet<FileIdentity>();
        foreach (var part in probes.SelectMany(probe => probe.Parts))
        {
            foreach (var attached in part.Files)
            {
                var file = attached.File;
                if (probed.Add(file.Identity) && !_fileWatches.ContainsKey(file.Identity))
                {
                    var watch = _inotify.Watch(file.InodePath, InFile);
                    _fileWatches[file.Identity] = watch;
                    _files.Add(watch);
                }
            }
        }

        foreach (var (identity, watch) in _fileWatches.Where(one => !probed.Contains(one.Key)).ToList())
        {
            _fileWatches.Remove(identity);
            if (!_fileWatches.ContainsValue(watch))
            {
                _files.Remove(watch);
                _inotify.Unwatch(watch);
            }
        }
    }

    /// <summary>Ends the current <see cref="Wait"/>, or the next one. Any thread may call it.</summary>
    public void Wake() => _inotify.Wake();

    public IReadOnlyList<Change> Wait(int timeoutMs)
    {
        _notices.Clear();
        var isWoken = _inotify.Read(timeoutMs, _notices);
        var changes = new List<Change>();
        foreach (var notice in _notices)
        {
            if (notice.Change.HasFlag(FileChange.Overflow))
            {
                changes.Add(new Change(ChangeKind.Overwritten, "", IsComplete: false));
            }
            else if (_files.Contains(notice.Watch))
            {
                if (notice.Change.HasFlag(FileChange.Modified))
                {
                    _written.Add(notice.Watch);
                    changes.Add(new Change(ChangeKind.Overwritten, "", IsComplete: false));
                }
            }
            else if (_folders.TryGetValue(notice.Watch, out var folder))
            {
                Check(notice, folder, changes);
            }
        }

        if (changes.Count == 0 && (_notices.Count > 0 || isWoken))
        {
            Thread.Sleep(PauseMs);
        }

        return changes;
    }

    /// <summary>The probed files that were written to since the last time, with their identities from when they were probed.</summary>
    public IReadOnlySet<FileIdentity> TakeWritten()
    {
        var files = _fileWatches.Where(one => _written.Contains(one.Value)).Select(one => one.Key).ToHashSet();
        _written.Clear();
        return files;
    }

    public void Dispose() => _inotify.Dispose();

    private void Check(FileNotice notice, WatchedFolder folder, List<Change> changes)
    {
        if ((notice.Change & (FileChange.Ignored | FileChange.SelfDeleted | FileChange.SelfMoved)) != 0)
        {
            if (notice.Change.HasFlag(FileChange.SelfMoved))
            {
                _inotify.Unwatch(notice.Watch);
            }

            _folders.Remove(notice.Watch);
            _folderWatches.Remove(folder.Path);
            changes.Add(new Change(ChangeKind.Rules, folder.Path, IsComplete: false));
            return;
        }

        // Data folders of Kubernetes are links called ..data, renamed into place.
        var isRule = folder.RuleNames.Contains(notice.Name)
            || (folder.IsRuleFolder && (RuleSource.IsRuleFileName(notice.Name) || notice.Name.StartsWith("..", StringComparison.Ordinal)));
        if (!isRule && !folder.Binaries.Contains(notice.Name) && !folder.Patterns.Any(pattern => NamePattern.Matches(pattern, notice.Name)))
        {
            return;
        }

        changes.Add(new Change(
            isRule ? ChangeKind.Rules : ChangeKind.Binary,
            notice.Name,
            IsComplete: notice.Change.HasFlag(FileChange.MovedTo),
            IsOpen: notice.Change.HasFlag(FileChange.Modified)));
    }

    private void FollowRules()
    {
        foreach (var path in _rulePaths)
        {
            var full = Path.GetFullPath(path);
            if (Directory.Exists(full) && WatchFolder(full) is { } inside)
            {
                inside.IsRuleFolder = true;
            }

            if (Path.GetDirectoryName(full) is { Length: > 0 } parent && WatchFolder(parent) is { } around)
            {
                around.RuleNames.Add(Path.GetFileName(full));
            }
        }
    }

    private WatchedFolder? WatchFolder(string path)
    {
        if (_folderWatches.TryGetValue(path, out var known))
        {
            return _folders[known];
        }

        var watch = _inotify.Watch(path, InFolder);
        if (watch < 0)
        {
            return null;
        }

        _folderWatches[path] = watch;
        if (!_folders.TryGetValue(watch, out var folder))
        {
            _folders[watch] = folder = new WatchedFolder(path);
        }

        return folder;
    }

    /// <param name="path">The path under which it was watched first.</param>
    private sealed class WatchedFolder(string path)
    {
        public string Path => path;

        public bool IsRuleFolder { get; set; }

        /// <summary>The names in the folder that are rule files whatever they are called, or folders of rules.</summary>
        public HashSet<string> RuleNames { get; } = [];

        public HashSet<string> Binaries { get; } = [];

        public HashSet<string> Patterns { get; } = [];
    }
}
