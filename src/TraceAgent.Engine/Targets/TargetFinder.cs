using System.Diagnostics;
using TraceAgent.Capture.Plans;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Targets;

/// <summary>Finds the files of this machine to which targets lead. Remembers each answer until <see cref="Forget"/>.</summary>
public sealed class TargetFinder
{
    /// <summary>The maximum number of files that one rule may be attached to.</summary>
    public const int MaxFiles = 256;

    private readonly LibrarySearch _libraries = new(Architecture.OfThisMachine);
    private readonly ProcessTable _processes = new(() => Stopwatch.GetElapsedTime(0));
    private readonly Dictionary<Target, TargetFiles> _found = [];
    private volatile bool _needsProcesses;

    public TargetFiles Find(Target target)
    {
        if (!_found.TryGetValue(target, out var files))
        {
            _found[target] = files = Search(target);
        }

        return files;
    }

    /// <summary>
    /// The files and folders whose state decides all answers since the last <see cref="Forget"/>, except to which processes have
    /// a name: see <see cref="ProcessesHaveChanged"/>.
    /// </summary>
    public IEnumerable<string> RestsOn => _found.Values
        .SelectMany(found => found.WatchedNames.Select(name => name.RestsOn).Concat(found.Files.Select(file => file.Source))).Distinct();

    /// <summary>Forgets all answers, so that the next ones are new.</summary>
    public void Forget() => _found.Clear();

    /// <summary>Records that a process has executed something. May be called by any thread.</summary>
    /// <returns>True when <see cref="ProcessesHaveChanged"/> is to be asked soon.</returns>
    public bool Executed(int pid) => _needsProcesses && _processes.Executed(pid);

    /// <param name="all">
    /// True to read all processes, and not only those that have executed something: to be done about once a second.
    /// </param>
    /// <returns>True when the answer to some target would be another.</returns>
    public bool ProcessesHaveChanged(bool all) => _needsProcesses && (all ? _processes.Refresh() : _processes.TakeExecuted());

    private TargetFiles Search(Target target)
    {
        switch (target)
        {
            case Target.Path(var path):
                return new TargetFiles(FileStatus.Of(path) is not null ? [new TargetFile(path)] : [], IsCut: false, [WatchedName.Of(path)]);
            case Target.Paths(var pattern):
                var (files, isCut, looked) = PathGlob.Find(pattern, MaxFiles);
                return new TargetFiles([.. files.Take(MaxFiles).Select(path => new TargetFile(path))], isCut, looked);
            case Target.Library(var name):
                var found = _libraries.Find(name);
                return new TargetFiles(
                    [.. found.Select(path => new TargetFile(path))],
                    IsCut: false, [.. _libraries.Lists.Concat(found).Select(WatchedName.Of)]);
            case Target.Program(var name):
                return Program(name);
            case Target.Process(var name):
                return OfProcesses(() => _processes.ExecutablesOf(name));
            case Target.ProcessLibrary(var name, var library):
                return OfProcesses(() => _processes.LibrariesOf(name, library));
            default:
                throw new ArgumentOutOfRangeException(nameof(target), target, "a kind of target that the finder does not know");
        }
    }

    private TargetFiles Program(string name)
    {
        var folders = ProgramSearch.Folders(Environment.GetEnvironmentVariable("PATH"));
        var looked = folders.Select(folder => new WatchedName(folder, name)).ToList();
        if (ProgramSearch.Find(name, folders) is { } path)
        {
            return new TargetFiles([new TargetFile(path)], IsCut: false, looked);
        }

        if (!LibrarySearch.IsStem(name))
        {
            return new TargetFiles([], IsCut: false, looked) { Missing = ProgramSearch.Tried(name, folders, isLibrary: false) };
        }

        var library = _libraries.FindNewest(name);
        return new TargetFiles(
            [.. library.Select(found => new TargetFile(found))],
            IsCut: false, [.. looked, .. _libraries.Lists.Concat(library).Select(WatchedName.Of)])
        {
            Missing = ProgramSearch.Tried(name, folders, isLibrary: true),
        };
    }

    private TargetFiles OfProcesses(Func<IReadOnlyList<TargetFile>> find)
    {
        if (!_needsProcesses)
        {
            _needsProcesses = true;
            _processes.Refresh();
        }

        var files = find();
        return new TargetFiles([.. files.Take(MaxFiles)], files.Count > MaxFiles, []);
    }
}
