using System.Text;
using TraceAgent.Capture;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Lines;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>The answers about lines that rules name.</summary>
public sealed partial class DebugInfoReader
{
    private const int MaxNearest = 2;

    private DebugAnswer LinesOf(DebugQuery.Wanted query)
    {
        var types = new ShapeReader(query.Hops);
        var sites = new LineSites(_architecture, _frames, IsMissing, types);
        var lines = Located(query.Places);
        var searches = new Dictionary<string, SourceFileSearch>(StringComparer.Ordinal);
        foreach (var line in lines.OfType<LineOfFile>())
        {
            searches.TryAdd(line.File, new SourceFileSearch(line.File));
        }

        foreach (var unit in Units())
        {
            foreach (var search in searches.Values)
            {
                search.Look(unit);
            }
        }

        var found = new List<FoundLine>();
        for (var i = 0; i < lines.Length; i++)
        {
            (sites.Wanted, sites.Variables, sites.AllPlaces) = (i, query.Places[i].Variables, query.Places[i].AllPlaces);
            found.Add(lines[i] is { } line ? Find(line, query.Places[i], searches[line.File], sites) : new FoundLine([], 0, []));
        }

        sites.FindStaticsIn(Units());
        var named = NamedTypes(types, query.TypeNames);
        return Whole(sites.Answer with { Lines = [.. found], NamedTypes = named, Types = types.Read() }) with
        {
            IsCut = sites.Answer.IsCut || types.IsCut,
        };
    }

    private static FoundLine Find(LineOfFile line, WantedLine wanted, SourceFileSearch search, LineSites sites)
    {
        var before = sites.Count;
        Add(line.Line);
        EquatableArray<uint> nearest = [];
        if (sites.Count == before)
        {
            nearest = Nearest(search, line);
            if (wanted.TakesNext && nearest.FirstOrDefault(other => other > line.Line) is > 0 and var next)
            {
                Add(next);
            }
        }

        return new FoundLine([.. search.Paths.Take(MaxFiles)], line.Line, nearest);

        void Add(uint number)
        {
            foreach (var (unit, files) in search.Units)
            {
                sites.Add(
                    unit,
                    unit.Lines.Rows.Where(row => files.Contains(row.File) && row.Line == number
                        && (wanted.Column == 0 || row.Column == wanted.Column)),
                    line.Function is { } name ? call => call.Name().SequenceEqual(name) : null);
            }
        }
    }

    /// <summary>The lines with code nearest to a line: two before it, and two after it.</summary>
    private static EquatableArray<uint> Nearest(SourceFileSearch search, LineOfFile line)
    {
        var lines = new SortedSet<uint>();
        foreach (var (unit, files) in search.Units)
        {
            lines.UnionWith(unit.Lines.Rows
                .Where(row => files.Contains(row.File) && row is { IsStatement: true, EndsSequence: false, Line: > 0 }
                    && unit.ScopesOf(row, unit.ScopesAt(row.Address)) is [_, ..] scopes && line.IsIn(scopes))
                .Select(row => row.Line));
        }

        var before = lines.Where(other => other < line.Line).TakeLast(MaxNearest);
        return [.. before.Concat(lines.Where(other => other > line.Line).Take(MaxNearest))];
    }

    /// <summary>The lines by file; null for one of a function that is not there.</summary>
    private LineOfFile?[] Located(EquatableArray<WantedLine> wanted)
    {
        var lines = wanted.Select(line => line.IsOfFunction ? null : new LineOfFile(line.Name, line.Line, null)).ToArray();
        if (Array.TrueForAll(lines, line => line is not null))
        {
            return lines;
        }

        var ranges = new List<AddressRange>();
        foreach (var unit in Units())
        {
            for (var i = 0; i < lines.Length; i++)
            {
                if (lines[i] is null && FunctionIn(unit, wanted[i], ranges) is { } function
                    && unit.DeclarationOf(function) is var (file, line))
                {
                    lines[i] = new LineOfFile(file, line + wanted[i].Line, function.Name().ToArray());
                }
            }
        }

        return lines;
    }

    /// <summary>The function of a line that is counted from its start; null when the unit does not have it.</summary>
    private Entry? FunctionIn(SourceUnit unit, WantedLine line, List<AddressRange> ranges)
    {
        ranges.Clear();
        if (line.Entries.Count == 0)
        {
            return IsMissing(unit) ? null : unit.InstancesOf(Encoding.UTF8.GetBytes(line.Name), ranges);
        }

        AddressRanges.Read(unit.Outline.Root!.Value, ranges);
        foreach (var entry in line.Entries.Where(address => ranges.Exists(range => range.Holds(address))))
        {
            if (!IsMissing(unit) && unit.ScopesAt(entry) is [var function, ..])
            {
                return function;
            }
        }

        return null;
    }

    /// <summary>A line of a source file.</summary>
    /// <param name="File">The path, or the end of it.</param>
    /// <param name="Line">The line, from 1.</param>
    /// <param name="Function">The name of the only function that is meant; null for all.</param>
    private sealed record LineOfFile(string File, uint Line, byte[]? Function)
    {
        /// <summary>True when the innermost function of scopes is meant.</summary>
        public bool IsIn(List<Entry> scopes) => Function is not { } name
            || scopes.FindLast(SourceUnit.IsCall).Name().SequenceEqual(name);
    }
}
