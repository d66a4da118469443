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

    private readonly DebugSections _program;
    private readonly DebugEntries _entries;
    private readonly Architecture _architecture;
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

    /// <summary>The answer to a question.</summary>
    public DebugAnswer Answer(DebugQuery query)
    {
        _missing.Clear();
        return query switch
        {
            DebugQuery.Parameters parameters => ParametersOf(parameters),
            DebugQuery.Wanted wanted => LinesOf(wanted),
            DebugQuery.Lines lines => SitesOf(lines),
            DebugQuery.Code code => SitesOf(code),
            DebugQuery.Function function => SitesOf(function),
            _ => Whole(new DebugAnswer { Files = FilesWithCode() }),
        };
    }

    /// <summary>The answer with what was noticed on the way.</summary>
    private DebugAnswer Whole(DebugAnswer answer) => answer with { Problems = Problems, Missing = Missing };

    private LineSites Sites(bool withVariables) => new(_architecture, _frames, IsMissing)
    {
        Variables = withVariables ? new WantedVariables([], AllParameters: true, AllLocals: true) : null,
    };

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

    private DebugAnswer SitesOf(DebugQuery.Lines query)
    {
        var sites = Sites(query.WithVariables);
        var search = new SourceFileSearch(query.File);
        foreach (var unit in Units())
        {
            search.Look(unit);
        }

        foreach (var (unit, files) in search.Units)
        {
            sites.Add(unit, unit.Lines.Rows.Where(
                row => files.Contains(row.File) && row.Line >= query.First && row.Line <= query.Last));
            unit.Release();
        }

        return Whole(sites.Answer) with { Files = [.. search.Paths.Take(MaxFiles)] };
    }

    private DebugAnswer SitesOf(DebugQuery.Code query)
    {
        var sites = Sites(query.WithVariables);
        var ranges = new List<AddressRange>();
        foreach (var unit in Units())
        {
            ranges.Clear();
            AddressRanges.Read(unit.Outline.Root!.Value, ranges);
            if (ranges.Exists(range => range.Start < query.End && query.Start < range.End))
            {
                sites.Add(unit, unit.Lines.Rows.Where(row => row.Address >= query.Start && row.Address < query.End));
            }
        }

        return Whole(sites.Answer);
    }

    private DebugAnswer SitesOf(DebugQuery.Function query)
    {
        var sites = Sites(query.WithVariables);
        var name = Encoding.UTF8.GetBytes(query.Name);
        var ranges = new List<AddressRange>();
        foreach (var unit in Units())
        {
            if (IsMissing(unit))
            {
                continue;
            }

            ranges.Clear();
            if (unit.InstancesOf(name, ranges) is not null)
            {
                var rows = unit.Lines.Rows.Where(row => ranges.Exists(range => range.Holds(row.Address)));
                sites.Add(unit, rows, call => call.Name().SequenceEqual(name));
            }
        }

        return Whole(sites.Answer);
    }
}
