using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Lines;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Scopes;
using TraceAgent.Dwarf.Sections;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>
/// Answers questions from the debug information of one program. It maps files of others, so it belongs into a process that may end:
/// one that is truncated while it is read ends it with SIGBUS.
/// </summary>
public sealed partial class DebugInfoReader
{
    /// <summary>The maximum number of places of an answer.</summary>
    public const int MaxSites = 4096;

    /// <summary>The maximum number of <c>.dwo</c> files that an answer asks for.</summary>
    public const int MaxSplitFiles = 64;

    private const int MaxFiles = 1 << 16;
    private const int MaxVariables = 256;
    private const int MaxLives = 16;

    private readonly DebugSections _program;
    private readonly DebugEntries _entries;
    private readonly Architecture _architecture;
    private readonly List<LineSite> _sites = [];
    private readonly FrameFinder _frames;
    private readonly SplitUnits _split;
    private readonly List<SplitFile> _missing = [];

    /// <summary>Makes a reader.</summary>
    /// <param name="program">The program or library, which has the unwind entries.</param>
    /// <param name="debug">The file with its debug information; may be the same.</param>
    /// <param name="supplement">The file that dwz made for several; null without one.</param>
    /// <param name="split">The <c>.dwo</c> files and packages of them that there are.</param>
    public DebugInfoReader(
        DebugSections program, DebugSections debug, DebugSections? supplement, IReadOnlyList<DebugSections>? split = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(debug);
        _program = program;
        _frames = new FrameFinder(program, debug);
        _entries = new DebugEntries(debug, supplement is null ? null : new DebugEntries(supplement));
        _split = new SplitUnits([.. (split ?? []).Select(file => new DebugEntries(file))]);
        _architecture = Architecture.OfElf(program.Machine) ?? Architecture.OfThisMachine;
    }

    private bool IsFull => _sites.Count >= MaxSites;

    /// <summary>The answer to a question.</summary>
    public DebugAnswer Answer(DebugQuery query)
    {
        _sites.Clear();
        _missing.Clear();
        if (query is DebugQuery.Parameters parameters)
        {
            return ParametersOf(parameters);
        }

        var files = query switch
        {
            DebugQuery.Files => FilesWithCode(),
            DebugQuery.Lines lines => SitesOf(lines),
            DebugQuery.Code code => SitesOf(code),
            DebugQuery.Function function => SitesOf(function),
            _ => [],
        };
        return new DebugAnswer
        {
            Files = files,
            Sites = [.. _sites.OrderBy(site => site.Place.File, StringComparer.Ordinal).ThenBy(site => site.Place.Line)
                .ThenBy(site => site.Address)],
            Problems = Problems,
            Missing = Missing,
            IsCut = IsFull,
        };
    }

    private EquatableArray<string> Problems => [.. _program.Problems.Concat(_entries.Sections.Problems).Distinct()];

    private EquatableArray<SplitFile> Missing => [.. _missing.Distinct().Take(MaxSplitFiles)];

    private IEnumerable<SourceUnit> Units()
    {
        foreach (var unit in _entries.Units)
        {
            if (SourceUnit.Of(unit, _split) is { } source)
            {
                yield return source;
                source.Release();
            }

            unit.Release();
        }
    }

    /// <summary>Notes the file that a unit is in, when it is not there.</summary>
    /// <returns>True when nothing but the lines of the unit is known.</returns>
    private bool IsMissing(SourceUnit unit)
    {
        if (unit.Missing is { } file && _missing.Count <= MaxSplitFiles)
        {
            _missing.Add(file);
        }

        return unit.Missing is not null;
    }

    private EquatableArray<string> FilesWithCode()
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var unit in Units())
        {
            foreach (var file in unit.Lines.Rows.Where(row => row.Line > 0).Select(row => row.File).Distinct())
            {
                if (paths.Count < MaxFiles && unit.Header.PathOf(file) is { } path)
                {
                    paths.Add(path);
                }
            }
        }

        return [.. paths];
    }

    private EquatableArray<string> SitesOf(DebugQuery.Lines query)
    {
        var name = Encoding.UTF8.GetBytes(query.File[(query.File.LastIndexOf('/') + 1)..]);
        var found = new List<(SourceUnit Unit, ulong File)>();
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var unit in Units())
        {
            for (var i = 0; i < unit.Header.Files.Count; i++)
            {
                var file = unit.Header.Files[i];
                if (unit.Header.NameOf(file).EndsWith(name) && unit.Header.PathOf(file) is var path
                    && SourcePath.EndsWith(path, query.File))
                {
                    paths.Add(path);
                    found.Add((unit, (ulong)i + unit.Header.FirstFile));
                }
            }
        }

        // Two files of one name: which is meant, only the user knows, unless it is the whole path of one.
        if (paths.Contains(query.File))
        {
            found.RemoveAll(one => one.Unit.Header.PathOf(one.File) != query.File);
            paths = [query.File];
        }
        else if (paths.Count > 1)
        {
            return [.. paths.Take(MaxFiles)];
        }

        foreach (var group in found.GroupBy(one => one.Unit))
        {
            var numbers = group.Select(one => one.File).ToHashSet();
            Add(group.Key, group.Key.Lines.Rows.Where(
                row => numbers.Contains(row.File) && row.Line >= query.First && row.Line <= query.Last), query.WithVariables);
            group.Key.Release();
        }

        return [.. paths];
    }

    private EquatableArray<string> SitesOf(DebugQuery.Code query)
    {
        var ranges = new List<AddressRange>();
        foreach (var unit in Units())
        {
            ranges.Clear();
            AddressRanges.Read(unit.Outline.Root!.Value, ranges);
            if (ranges.Exists(range => range.Start < query.End && query.Start < range.End))
            {
                Add(unit, unit.Lines.Rows.Where(row => row.Address >= query.Start && row.Address < query.End), query.WithVariables);
            }
        }

        return [];
    }

    private EquatableArray<string> SitesOf(DebugQuery.Function query)
    {
        var name = Encoding.UTF8.GetBytes(query.Name);
        var ranges = new List<AddressRange>();
        foreach (var unit in Units())
        {
            if (IsMissing(unit))
            {
                continue;
            }

            ranges.Clear();
            var matching = unit.InstancesOf(name, ranges);
            if (matching.Count > 0)
            {
                var rows = unit.Lines.Rows.Where(row => ranges.Exists(range => range.Holds(row.Address)));
                Add(unit, rows, query.WithVariables, matching.Contains);
            }
        }

        return [];
    }

    /// <summary>Adds the first place of each line in each function and inlined call.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="rows">Rows of its lines.</param>
    /// <param name="withVariables">True to add the variables.</param>
    /// <param name="isMeant">True for the offset of a function or inlined call that is meant; null when all are.</param>
    private void Add(SourceUnit unit, IEnumerable<LineRow> rows, bool withVariables, Predicate<int>? isMeant = null)
    {
        if (IsMissing(unit))
        {
            return;
        }

        var seen = new HashSet<(int Scope, ulong File, uint Line)>();
        foreach (var row in rows)
        {
            if (IsFull)
            {
                return;
            }

            if (row is not { IsStatement: true, EndsSequence: false, Line: > 0 }
                || unit.ScopesAt(row.Address) is not [var function, ..] scopes)
            {
                continue;
            }

            var inner = scopes.FindLast(scope => scope.Tag is Tag.Subprogram or Tag.InlinedSubroutine);
            if (isMeant?.Invoke(inner.Offset) == false || !seen.Add((inner.Offset, row.File, row.Line))
                || unit.Header.PathOf(row.File) is not { } path)
            {
                continue;
            }

            var address = unit.AfterPrologue(function, row);
            if (address != row.Address)
            {
                scopes = unit.ScopesAt(address);
            }

            _sites.Add(new LineSite(
                address, new SourcePlace(path, row.Line, row.Column), unit.CallsOf(scopes),
                withVariables ? VariablesAt(unit, row.File, scopes, address) : []));
        }
    }

    private EquatableArray<LineVariable> VariablesAt(SourceUnit unit, ulong file, List<Entry> scopes, ulong address)
    {
        var finder = new VariableLocation(scopes[0], address, _architecture, _frames.EntryAt(address));
        var variables = new List<LineVariable>();
        var places = new List<LocationEntry>();
        for (var i = scopes.Count - 1; i >= 0; i--)
        {
            foreach (var entry in ScopeChain.VariablesOf(scopes[i]))
            {
                var name = entry.Name();
                if (name.IsEmpty || entry.IsSet(AttributeName.Declaration) || variables.Count >= MaxVariables)
                {
                    continue;
                }

                places.Clear();
                var place = finder.Of(entry, places);
                var lives = place is LocationPiece.Missing { Reason: MissingReason.NotLive }
                    ? unit.Lines.LinesWithin(places.Where(one => one.Length > 0).Select(one => one.Range), file, MaxLives)
                    : [];
                variables.Add(new LineVariable(
                    Encoding.UTF8.GetString(name), entry.Tag == Tag.FormalParameter, TypeName.Of(entry), place, [.. lives]));
            }
        }

        return [.. variables];
    }
}
