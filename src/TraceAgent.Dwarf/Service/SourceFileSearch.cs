using System.Text;
using TraceAgent.Dwarf.Lines;

namespace TraceAgent.Dwarf.Service;

/// <summary>Finds a source file by the end of its path, and the units that have code of it.</summary>
/// <param name="asked">The path or the end of it, whole parts.</param>
internal sealed class SourceFileSearch(string asked)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(asked[(asked.LastIndexOf('/') + 1)..]);
    private readonly List<(SourceUnit Unit, ulong File, string Path)> _found = [];
    private readonly SortedSet<string> _paths = new(StringComparer.Ordinal);

    /// <summary>The paths that fit: several when nothing says which is meant; one when the asked one is a whole path.</summary>
    public IReadOnlyCollection<string> Paths => _paths.Contains(asked) ? [asked] : _paths;

    /// <summary>The units with code of the file, and the numbers that it has there; empty unless there is one path.</summary>
    public IEnumerable<(SourceUnit Unit, HashSet<ulong> Files)> Units => Paths is { Count: 1 } and var only
        ? _found.Where(one => one.Path == only.First()).GroupBy(one => one.Unit)
            .Select(group => (group.Key, group.Select(one => one.File).ToHashSet()))
        : [];

    /// <summary>Notes the file if the unit has it.</summary>
    public void Look(SourceUnit unit)
    {
        for (var i = 0; i < unit.Header.Files.Count; i++)
        {
            var file = unit.Header.Files[i];
            if (unit.Header.NameOf(file).EndsWith(_name) && unit.Header.PathOf(file) is var path && SourcePath.EndsWith(path, asked))
            {
                _paths.Add(path);
                _found.Add((unit, (ulong)i + unit.Header.FirstFile, path));
            }
        }
    }
}
