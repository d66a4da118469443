using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Scopes;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>
/// Finds variables that are not of one call by their names: first those of the function, then those of its source file, then those of
/// all others, of which a global one comes before one that is known in its own file only.
/// </summary>
/// <param name="types">Takes their types.</param>
/// <param name="architecture">The processor.</param>
internal sealed class StaticFinder(ShapeReader types, Architecture architecture)
{
    /// <summary>The maximum number of variables of one name that are listed.</summary>
    public const int MaxCandidates = 8;

    private static readonly LocationPiece Nowhere = new LocationPiece.Missing(MissingReason.OptimisedOut);

    // Names that no unit so far has had, for functions that ask for them.
    private readonly HashSet<string> _elsewhere = [];

    /// <summary>The variables that a function sees by these names without leaving its source file.</summary>
    /// <param name="unit">The unit of the function.</param>
    /// <param name="function">The function.</param>
    /// <param name="names">The names.</param>
    /// <returns>One for each name; what is not found yet is null in <see cref="SiteStatic.Type"/> and has no place.</returns>
    public EquatableArray<SiteStatic> In(SourceUnit unit, Entry function, IEnumerable<string> names)
    {
        var found = new List<SiteStatic>();
        var wanted = names.Where(name => function.Unit.IsGo() || !StaticNames.IsOfGo(name))
            .Take(DebugQuery.Parameters.MaxNames).ToHashSet();
        if (wanted.Count == 0)
        {
            return [];
        }

        var own = new Dictionary<string, List<Candidate>>();
        Collect(new EntryWalk(function), new StaticNames(wanted), unit, own, ofFunction: true);
        var left = wanted.Except(own.Keys).ToHashSet();
        if (left.Count > 0 && function.Unit.Root is { } root)
        {
            Collect(new EntryWalk(root), new StaticNames(left), unit, own, ofFunction: false);
            foreach (var name in left)
            {
                // With link-time optimization one unit has the code of several source files.
                if (own.TryGetValue(name, out var all)
                    && all.RemoveAll(one => !IsOfSameSource(one.Variable, function)) > 0 && all.Count == 0)
                {
                    own.Remove(name);
                }
            }
        }

        foreach (var name in wanted)
        {
            if (own.TryGetValue(name, out var candidates))
            {
                found.Add(Chosen(name, candidates));
            }
            else
            {
                _elsewhere.Add(name);
                found.Add(new SiteStatic(name, null, Nowhere));
            }
        }

        return [.. found];
    }

    /// <summary>The variables of all units that were not found where they were asked for, by their names.</summary>
    /// <param name="units">The units of the program.</param>
    public IReadOnlyDictionary<string, SiteStatic> Elsewhere(IEnumerable<SourceUnit> units)
    {
        var all = new Dictionary<string, List<Candidate>>();
        if (_elsewhere.Count > 0)
        {
            var wanted = new StaticNames(_elsewhere);
            foreach (var unit in units)
            {
                if (unit.Root is { } root)
                {
                    Collect(new EntryWalk(root), wanted, unit, all, ofFunction: false);
                }
            }
        }

        return all.ToDictionary(one => one.Key, one => Chosen(
            one.Key, one.Value.Exists(variable => variable.IsGlobal) ? one.Value.FindAll(variable => variable.IsGlobal) : one.Value));
    }

    /// <summary>The variables of a function, with those that were found elsewhere; names of none are left out.</summary>
    public static EquatableArray<SiteStatic> With(EquatableArray<SiteStatic> own, IReadOnlyDictionary<string, SiteStatic> elsewhere) =>
        [.. own.Select(variable => IsOpen(variable) ? elsewhere.GetValueOrDefault(variable.Name) : variable).OfType<SiteStatic>()];

    private static bool IsOfSameSource(Entry variable, Entry function)
    {
        var unit = variable.Reference(AttributeName.AbstractOrigin)?.Unit ?? variable.Unit;
        return unit == function.Unit || unit == function.Reference(AttributeName.AbstractOrigin)?.Unit;
    }

    private static bool IsOpen(SiteStatic variable) => variable.Place == Nowhere && variable.Candidates.Count == 0;

    private SiteStatic Chosen(string name, List<Candidate> candidates)
    {
        var (variable, place) = (candidates[0].Variable, candidates[0].Place);
        return candidates.Count == 1
            ? new SiteStatic(name, types.Of(variable), place)
            : new SiteStatic(name, null, Nowhere) { Candidates = [.. candidates.Take(MaxCandidates).Select(one => one.Text)] };
    }

    /// <summary>Adds the variables below an entry that have one of the names and a place of their own.</summary>
    private void Collect(
        EntryWalk walk, StaticNames names, SourceUnit unit, Dictionary<string, List<Candidate>> found, bool ofFunction)
    {
        while (walk.MoveNext())
        {
            var entry = walk.Current;
            foreach (var name in entry.Tag == Tag.Variable ? names.Of(entry) : [])
            {
                if (VariableLocation.OfStatic(entry, architecture) is { } place
                    && !(ofFunction && place is LocationPiece.Value or LocationPiece.Bytes))
                {
                    Add(found, name, new Candidate(entry, place, unit));
                }
            }

            if (!Leads(entry.Tag, ofFunction))
            {
                walk.SkipChildren();
            }
        }
    }

    private static void Add(Dictionary<string, List<Candidate>> found, string name, Candidate candidate)
    {
        if (!found.TryGetValue(name, out var same))
        {
            found[name] = same = [];
        }

        // One that several units describe, such as an inline variable, is one.
        if (same.Count <= MaxCandidates && !same.Exists(other => other.Place == candidate.Place))
        {
            same.Add(candidate);
        }
    }

    private static bool Leads(Tag tag, bool ofFunction) => ofFunction
        ? tag is Tag.LexicalBlock or Tag.TryBlock or Tag.CatchBlock
        : tag is Tag.Namespace or Tag.Module;

    private sealed class Candidate(Entry variable, LocationPiece place, SourceUnit unit)
    {
        public Entry Variable => variable;

        public LocationPiece Place => place;

        public bool IsGlobal { get; } = variable.WithInherited(AttributeName.External)?.IsSet(AttributeName.External) == true;

        public string Text { get; } = TextOf(variable, unit);

        private static string TextOf(Entry variable, SourceUnit unit)
        {
            var file = variable.WithInherited(AttributeName.DeclarationFile) is { } declared && declared.Unit == variable.Unit
                && declared.Unsigned(AttributeName.DeclarationFile) is { } number ? unit.Header.PathOf(number) : null;
            var line = variable.WithInherited(AttributeName.DeclarationLine)?.Unsigned(AttributeName.DeclarationLine);
            return FormattableString.Invariant($"{file ?? "?"}:{line ?? 0}");
        }
    }
}
