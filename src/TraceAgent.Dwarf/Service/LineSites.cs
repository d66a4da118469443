using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Lines;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Scopes;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>Collects places of lines, with the variables there.</summary>
/// <param name="architecture">The processor.</param>
/// <param name="frames">Finds unwind entries.</param>
/// <param name="isMissing">True for a unit of which nothing but the lines is known.</param>
/// <param name="shapes">Takes the types of variables; null where nobody asks for them.</param>
internal sealed class LineSites(
    Architecture architecture, FrameFinder frames, Predicate<SourceUnit> isMissing, ShapeReader? shapes = null)
{
    private readonly StaticFinder? _statics = shapes is null ? null : new StaticFinder(shapes, architecture);

    private const int MaxVariables = 256;
    private const int MaxLives = 16;

    private readonly List<LineSite> _sites = [];

    /// <summary>The variables to describe; null for none.</summary>
    public WantedVariables? Variables { get; set; }

    /// <summary>See <see cref="LineSite.Wanted"/>.</summary>
    public int Wanted { get; set; }

    public int Count => _sites.Count;

    private bool IsFull => _sites.Count >= DebugInfoReader.MaxSites;

    /// <summary>The places by file, line and address.</summary>
    public DebugAnswer Answer => new()
    {
        Sites = [.. _sites.OrderBy(site => site.Place.File, StringComparer.Ordinal).ThenBy(site => site.Place.Line)
            .ThenBy(site => site.Address)],
        IsCut = IsFull,
    };

    /// <summary>
    /// True to add all places of a line in a function or inlined call: of a loop that was unrolled, each round; of code that was moved
    /// apart, each part.
    /// </summary>
    public bool AllPlaces { get; set; }

    /// <summary>Looks for variables that no file of a place has in all others.</summary>
    /// <param name="units">The units of the program.</param>
    public void FindStaticsIn(IEnumerable<SourceUnit> units)
    {
        var elsewhere = _statics?.Elsewhere(units) ?? new Dictionary<string, SiteStatic>();
        for (var i = 0; i < _sites.Count; i++)
        {
            _sites[i] = _sites[i] with { Statics = StaticFinder.With(_sites[i].Statics, elsewhere) };
        }
    }

    /// <summary>Adds the first place of each line in each function and inlined call.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="rows">Rows of its lines.</param>
    /// <param name="isMeant">True for a function or inlined call that is meant; null when all are.</param>
    public void Add(SourceUnit unit, IEnumerable<LineRow> rows, Predicate<Entry>? isMeant = null)
    {
        if (isMissing(unit))
        {
            return;
        }

        var seen = new Dictionary<(int Scope, ulong File, uint Line), int>();

        // A row without code stands for its line only where no other one does.
        foreach (var row in rows.OrderBy(row => !row.HasCode))
        {
            if (IsFull)
            {
                return;
            }

            if (row is not { IsStatement: true, EndsSequence: false, Line: > 0 }
                || unit.ScopesOf(row, unit.ScopesAt(row.Address)) is not [var function, ..] scopes)
            {
                continue;
            }

            var inner = scopes[InnermostCall(scopes)];
            if (isMeant?.Invoke(inner) == false || unit.Header.PathOf(row.File) is not { } path)
            {
                continue;
            }

            var place = (inner.Offset, row.File, row.Line);
            if (seen.TryGetValue(place, out var first) && !(AllPlaces && row is { HasCode: true, BeginsLine: true }))
            {
                _sites[first] = row is { HasCode: true, BeginsLine: true } && row.Address != _sites[first].Address
                    ? _sites[first] with { More = _sites[first].More + 1 }
                    : _sites[first];
                continue;
            }

            seen.TryAdd(place, _sites.Count);

            var address = unit.AfterPrologue(function, row);
            if (address != row.Address)
            {
                scopes = unit.ScopesOf(row, unit.ScopesAt(address));
            }

            var site = new LineSite(address, new SourcePlace(path, row.Line, row.Column), unit.CallsOf(scopes), []) { Wanted = Wanted };
            _sites.Add(Variables is { } variables && scopes.Count > 0 ? WithVariables(site, unit, row, (scopes, variables)) : site);
        }
    }

    /// <summary>The index of the scope of the innermost function, inlined or not.</summary>
    private static int InnermostCall(List<Entry> scopes) => scopes.FindLastIndex(SourceUnit.IsCall);

    /// <summary>
    /// The place with the variables that the source can name there: those of the function that the line is of, but not of functions that
    /// it was inlined into.
    /// </summary>
    private LineSite WithVariables(
        LineSite site, SourceUnit unit, LineRow row, (List<Entry> Scopes, WantedVariables Variables) asked)
    {
        var (scopes, wanted) = asked;
        var finder = new VariableLocation(scopes[0], site.Address, architecture, frames.EntryAt(site.Address));
        var variables = new List<LineVariable>();
        var others = new List<string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = scopes.Count - 1; i >= InnermostCall(scopes); i--)
        {
            foreach (var entry in ScopeChain.VariablesOf(scopes[i]))
            {
                var isParameter = entry.Tag == Tag.FormalParameter;
                if (NameOf(entry) is not { } name || variables.Count >= MaxVariables)
                {
                    continue;
                }

                var isShadowed = !names.Add(name);
                if (wanted.Has(name, isParameter))
                {
                    variables.Add(Of(entry, unit, (row, scopes[i]), finder) with
                    {
                        Name = name,
                        IsParameter = isParameter,
                        IsShadowed = isShadowed,
                    });
                }
                else if (VariableName.Of(name) is { } written)
                {
                    others.Add(written);
                }
            }
        }

        var function = scopes[InnermostCall(scopes)];
        variables.AddRange(LeftOut(function, wanted, names));
        return site with
        {
            Entry = finder.Entry,
            Variables = [.. variables],
            Others = [.. others.Distinct()],
            Statics = _statics?.In(unit, WithStatics(function), wanted.Names.Where(name => !names.Contains(name))) ?? [],
        };
    }

    /// <summary>
    /// The variables of a function that the code of a copy has not, where the compiler dropped them. Those of its blocks are named only:
    /// which blocks are around the place is not known without them.
    /// </summary>
    private IEnumerable<LineVariable> LeftOut(Entry function, WantedVariables wanted, HashSet<string> names)
    {
        if (function.Reference(AttributeName.AbstractOrigin) is not { } origin)
        {
            yield break;
        }

        var ofFunction = ScopeChain.VariablesOf(origin).Select(entry => entry.Offset).ToHashSet();
        foreach (var entry in ScopeChain.AllVariablesOf(origin))
        {
            var isParameter = entry.Tag == Tag.FormalParameter;
            if (NameOf(entry) is { } name
                && (ofFunction.Contains(entry.Offset) ? wanted.Has(name, isParameter) : wanted.HasName(name)) && names.Add(name))
            {
                yield return new LineVariable(
                    name, isParameter, TypeName.Of(entry), new LocationPiece.Missing(MissingReason.OptimisedOut), [])
                {
                    Shape = shapes?.Of(entry),
                };
            }
        }
    }

    /// <summary>The entry of a function that has its static variables: of a copy, the one that it is made from.</summary>
    private static Entry WithStatics(Entry function) =>
        function.Reference(AttributeName.AbstractOrigin) is { } origin && origin.Unit == function.Unit ? origin : function;

    private static string? NameOf(Entry entry)
    {
        var name = entry.Name();
        return name.IsEmpty || entry.IsSet(AttributeName.Declaration) ? null : Encoding.UTF8.GetString(name);
    }

    private LineVariable Of(Entry entry, SourceUnit unit, (LineRow Row, Entry Scope) at, VariableLocation finder)
    {
        var places = new List<LocationEntry>();
        var place = finder.Of(entry, places);
        List<LineRange> lives = [];
        if (!at.Row.HasCode && Changes(entry, places, at.Row.Address))
        {
            place = new LocationPiece.Missing(MissingReason.NotLive);
        }
        else if (place is LocationPiece.Missing { Reason: MissingReason.NotLive })
        {
            lives = LivesWithin(places.Where(one => one.Length > 0).Select(one => one.Range));
        }
        else if (place is LocationPiece.Memory or LocationPiece.Value && IsDeclaredLater(entry, unit, at.Row, out var declared))
        {
            var ranges = new List<AddressRange>();
            AddressRanges.Read(at.Scope, ranges);
            place = new LocationPiece.Missing(MissingReason.NotLive);
            lives = [.. LivesWithin(ranges).Where(lines => lines.Last > declared)
                .Select(lines => lines with { First = Math.Max(lines.First, declared + 1) })];
        }

        return new LineVariable("", false, TypeName.Of(entry), place, [.. lives]) { Shape = shapes?.Of(entry) };

        List<LineRange> LivesWithin(IEnumerable<AddressRange> ranges) => unit.Lines.LinesWithin(ranges, at.Row.File, MaxLives);
    }

    /// <summary>
    /// True for a variable that gets another value at an address: of several lines that begin there, which one gives it is not known. A
    /// parameter has its first value before the first of them.
    /// </summary>
    private static bool Changes(Entry entry, List<LocationEntry> places, ulong address) =>
        places.Exists(place => place.Range.Start == address)
        && (entry.Tag != Tag.FormalParameter || places.Exists(place => place.Range.End == address));

    /// <summary>
    /// True for a variable that has one place for its whole scope and is declared on the line or after it: the source cannot name it
    /// there, and what is in its place is of something else.
    /// </summary>
    private static bool IsDeclaredLater(Entry entry, SourceUnit unit, LineRow row, out uint declared)
    {
        declared = 0;
        if (entry.Tag != Tag.Variable || entry.Block(AttributeName.Location).IsEmpty
            || unit.DeclarationOf(entry) is not var (file, line) || line < row.Line || file != unit.Header.PathOf(row.File))
        {
            return false;
        }

        declared = line;
        return true;
    }
}
