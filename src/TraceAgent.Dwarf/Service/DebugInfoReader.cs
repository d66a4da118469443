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
public sealed class DebugInfoReader
{
    /// <summary>The maximum number of places of an answer.</summary>
    public const int MaxSites = 4096;

    private const int MaxFiles = 1 << 16;
    private const int MaxVariables = 256;
    private const int MaxLives = 16;

    private readonly DebugSections _program;
    private readonly DebugEntries _entries;
    private readonly Architecture _architecture;
    private readonly List<LineSite> _sites = [];
    private readonly FrameFinder _frames;
    private readonly SortedSet<string> _remarks = new(StringComparer.Ordinal);

    /// <summary>Makes a reader.</summary>
    /// <param name="program">The program or library, which has the unwind entries.</param>
    /// <param name="debug">The file with its debug information; may be the same.</param>
    /// <param name="supplement">What dwz moved to a file for several; null without one.</param>
    public DebugInfoReader(DebugSections program, DebugSections debug, DebugSections? supplement)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(debug);
        _program = program;
        _frames = new FrameFinder(program, debug);
        _entries = new DebugEntries(debug, supplement is null ? null : new DebugEntries(supplement));
        _architecture = Architecture.OfElf(program.Machine) ?? Architecture.OfThisMachine;
    }

    private bool IsFull => _sites.Count >= MaxSites;

    /// <summary>The answer to a question.</summary>
    public DebugAnswer Answer(DebugQuery query)
    {
        _sites.Clear();
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
            IsCut = IsFull,
        };
    }

    private EquatableArray<string> Problems => [.. _program.Problems.Concat(_entries.Sections.Problems).Concat(_remarks).Distinct()];

    private DebugAnswer ParametersOf(DebugQuery.Parameters query)
    {
        var types = new ShapeReader(query.Hops);
        var finder = new ParameterFinder(types);
        var functions = new List<FunctionParameters>();
        var addresses = query.Addresses.Distinct().Order().ToArray();
        var ranges = new List<AddressRange>();
        foreach (var unit in Units())
        {
            ranges.Clear();
            AddressRanges.Read(unit.Unit.Root!.Value, ranges);
            foreach (var address in ranges.SelectMany(range => Within(addresses, range)).Distinct())
            {
                if (unit.ScopesAt(address) is [var function, ..])
                {
                    var places = new VariableLocation(function, address, _architecture, _frames.EntryAt(address));
                    functions.Add(finder.Of(function, address, places, unit.PrologueEndOf(function, address)));
                }
            }
        }

        return new DebugAnswer
        {
            Functions = [.. functions.DistinctBy(function => function.Address).OrderBy(function => function.Address)],
            Types = types.Read(),
            Problems = Problems,
            IsCut = types.IsCut,
        };
    }

    private static ArraySegment<ulong> Within(ulong[] addresses, AddressRange range)
    {
        var (first, last) = (IndexFrom(range.Start), IndexFrom(range.End));
        return new ArraySegment<ulong>(addresses, first, Math.Max(0, last - first));

        int IndexFrom(ulong address) => Array.BinarySearch(addresses, address) is var index && index < 0 ? ~index : index;
    }

    private IEnumerable<SourceUnit> Units()
    {
        foreach (var unit in _entries.Units)
        {
            if (unit.Root is { } root && (root.Has(AttributeName.DwoName) || root.Has(AttributeName.GnuDwoName)))
            {
                _remarks.Add("part of the debug information is in separate .dwo files (-gsplit-dwarf), which are not read");
            }

            // Type units and the parts that dwz took out have no code.
            if (unit.Kind is UnitKind.Compile or UnitKind.Skeleton && unit.Root is { Tag: Tag.CompileUnit }
                && LineHeader.TryRead(unit) is { } header)
            {
                yield return new SourceUnit(unit, header);
            }

            unit.Release();
        }
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
            AddressRanges.Read(unit.Unit.Root!.Value, ranges);
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
