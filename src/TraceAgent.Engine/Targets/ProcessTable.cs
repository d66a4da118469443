using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>
/// The running processes by name, as far as rules ask for them. A process is read when it is new, for a moment after that, since
/// it may execute something else, and then now and again.
/// </summary>
/// <param name="now">Time since any moment.</param>
internal sealed class ProcessTable(Func<TimeSpan> now)
{
    private const int MaxCommLength = 15;
    private const int MaxNotices = 4096;
    private const string Deleted = " (deleted)";

    private static readonly TimeSpan NewProcessTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<int, Seen> _processes = [];
    private readonly Dictionary<string, HashSet<FileIdentity>> _asked = [];
    private readonly Dictionary<(string Name, string Library), HashSet<FileIdentity>> _askedLibraries = [];
    private readonly ConcurrentQueue<int> _executed = new();

    /// <summary>Records that a process has executed something. May be called by any thread.</summary>
    /// <returns>True when it is the first since <see cref="TakeExecuted"/>.</returns>
    public bool Executed(int pid)
    {
        // In a storm, the next survey of all processes finds what is not recorded here.
        var before = _executed.Count;
        if (before < MaxNotices)
        {
            _executed.Enqueue(pid);
        }

        return before == 0;
    }

    /// <summary>Reads the processes that have executed something.</summary>
    /// <returns>True when one of them runs a file that <see cref="ExecutablesOf"/> would add.</returns>
    public bool TakeExecuted()
    {
        var changed = false;
        while (_executed.TryDequeue(out var pid))
        {
            _processes.Remove(pid);
            changed |= Refresh(pid, now());
        }

        return changed;
    }

    /// <summary>Reads the list of processes in /proc.</summary>
    /// <returns>True when a process runs a file that <see cref="ExecutablesOf"/> would add.</returns>
    public bool Refresh()
    {
        var time = now();
        var present = new HashSet<int>();
        var changed = false;
        var folders = ProcessFolders.All();
        if (folders.Count == 0)
        {
            return false;
        }

        foreach (var folder in folders)
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                present.Add(pid);
                changed |= Refresh(pid, time);
            }
        }

        foreach (var gone in _processes.Keys.Where(pid => !present.Contains(pid)).ToList())
        {
            _processes.Remove(gone);
        }

        return changed;
    }

    /// <summary>
    /// The files that processes of this name run, one entry for each file and path, that of the lowest process ID: a path that
    /// somebody made up must not hide another of the same file.
    /// </summary>
    public IReadOnlyList<TargetFile> ExecutablesOf(string name)
    {
        var found = _processes.Where(one => one.Value.IsCalled(name))
            .OrderBy(one => one.Key).DistinctBy(one => (one.Value.File, one.Value.Path)).ToList();
        _asked[name] = [.. found.Select(one => one.Value.File)];
        return [.. found.Select(one => new TargetFile(one.Value.Path, SourceOf(one.Key)))];
    }

    /// <summary>The files of a library that processes of this name have mapped, one entry for each file and path.</summary>
    public IReadOnlyList<TargetFile> LibrariesOf(string name, string library)
    {
        var found = _processes.Where(one => one.Value.IsCalled(name)).OrderBy(one => one.Key)
            .SelectMany(one => MappedLibraries.Of(one.Key, library)).DistinctBy(one => (one.Identity, one.File.Path)).ToList();
        _askedLibraries[(name, library)] = [.. found.Select(one => one.Identity)];
        return [.. found.Select(one => one.File)];
    }

    private bool Refresh(int pid, TimeSpan time)
    {
        var known = _processes.GetValueOrDefault(pid);
        if (known is not null && time - known.Since > NewProcessTime && time - known.Last < RefreshInterval)
        {
            return false;
        }

        var seen = Read(pid) is var (comm, path, file)
            ? new Seen
            {
                Comm = comm,
                Name = NameOf(pid, comm, path),
                Path = path,
                File = file,
                Since = known?.Since ?? time,
                Last = time,
            }
            : null;
        if (seen is null)
        {
            _processes.Remove(pid);
            return false;
        }

        _processes[pid] = seen;
        return _asked.Any(one => seen.IsCalled(one.Key) && !one.Value.Contains(seen.File))
            || _askedLibraries.Any(one => seen.IsCalled(one.Key.Name)
                && MappedLibraries.Of(pid, one.Key.Library).Exists(mapped => !one.Value.Contains(mapped.Identity)));
    }

    /// <summary>Reads a process; null for kernel threads, and for processes that have ended or are hidden from us.</summary>
    private static (string Comm, string Path, FileIdentity File)? Read(int pid)
    {
        try
        {
            var source = SourceOf(pid);
            if (FileStatus.Of(source) is not { } file || new FileInfo(source).LinkTarget is not { } path)
            {
                return null;
            }

            var comm = File.ReadAllText($"/proc/{pid}/comm").TrimEnd('\n');
            return (comm, path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path, file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// The full name where the kernel has cut it off: that of the executable, or of a script, whose interpreter that is. Empty
    /// where nothing was cut off, or the full name is not known.
    /// </summary>
    private static string NameOf(int pid, string comm, string path)
    {
        const int max = 8192;
        var executable = Path.GetFileName(path);
        if (Encoding.UTF8.GetByteCount(comm) < MaxCommLength || Cut(executable) == comm)
        {
            return executable;
        }

        try
        {
            using var file = File.OpenRead($"/proc/{pid}/cmdline");
            var bytes = new byte[max];
            var words = Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, max, throwOnEndOfStream: false)).Split('\0');

            // The kernel puts the interpreter, and perhaps one option, before a script.
            return words.Take(3).Select(word => Path.GetFileName(word))
                .FirstOrDefault(word => Encoding.UTF8.GetByteCount(word) > MaxCommLength && Cut(word) == comm) ?? "";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The part of a name that the kernel keeps.</summary>
    private static string Cut(string name) =>
        Encoding.UTF8.GetBytes(name) is { Length: > MaxCommLength } bytes ? Encoding.UTF8.GetString(bytes, 0, MaxCommLength) : name;

    /// <summary>
    /// A path that leads to the file whatever its name is in the mount namespace of the process, and when it has none any more.
    /// </summary>
    private static string SourceOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe");

    private sealed record Seen
    {
        /// <summary>The thread's name, at most 15 bytes.</summary>
        public required string Comm { get; init; }

        /// <summary>The full name of <see cref="Comm"/>, where something was cut off and is known.</summary>
        public required string Name { get; init; }

        public required string Path { get; init; }

        public required FileIdentity File { get; init; }

        public required TimeSpan Since { get; init; }

        public required TimeSpan Last { get; init; }

        /// <summary>
        /// True when the process has this name. A longer name than the kernel keeps must be that of a file: others begin with the
        /// same 15 bytes.
        /// </summary>
        public bool IsCalled(string name) =>
            System.IO.Path.GetFileName(Path.AsSpan()).SequenceEqual(name) || (Cut(name) == name ? Comm == name : Name == name);
    }
}
