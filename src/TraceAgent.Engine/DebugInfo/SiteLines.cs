using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Service;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Functions;
using TraceAgent.Symbols.Loading;
using TraceAgent.Symbols.Sites;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// Gives rules that name a line of source their sites, with the variables there. The first question for a binary is about the lines of
/// all rules that were announced, as with <see cref="SiteParameters"/>.
/// </summary>
public sealed partial class SiteLines
{
    // A function that has more copies than this is found by its name.
    private const int MaxEntries = 64;

    // Characters; a question has a bound.
    private const int MaxNames = 4096;

    private readonly FileAnswers<Wish, Answers> _known = new();

    /// <summary>Announces the line of a rule that will be asked for.</summary>
    public void Announce(ElfImage image, FileIdentity file, string path, Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        _known.WishOf(file).Add(WantedBy(image, path, rule), DebugDemand.Of(rule));
    }

    /// <summary>The sites of a rule that names a line.</summary>
    /// <param name="image">The open binary.</param>
    /// <param name="file">The binary.</param>
    /// <param name="path">The name of the binary in messages.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="request">The demands of the rule on its places.</param>
    public SiteResolution Of(ElfImage image, FileIdentity file, string path, Rule rule, SiteRequest request)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(rule);
        var (wanted, demand) = (WantedBy(image, path, rule), DebugDemand.Of(rule));
        if (_known.Known(file, known => known.Has(wanted, demand)) is not { } answers)
        {
            _known.WishOf(file).Add(wanted, demand);
            answers = _known.Keep(file, Ask(image, path, _known.WishOf(file)));
        }

        if (answers.Problem is { } problem)
        {
            return new SiteResolution([], [problem]);
        }

        var (answer, index) = answers.At(wanted);
        var sites = answer.Sites.Where(site => site.Wanted == index).DistinctBy(site => site.Address).ToList();
        var line = (Location.Line)rule.Where.Value;
        if (sites.Count == 0)
        {
            return new SiteResolution([], [.. Remarks(answer), WhyNone(image, path, line, answer.Lines[index])]);
        }

        var problems = Remarks(answer).ToList();
        var places = new LinePlaces(image, path, line.Text, request)
            .Pass([.. sites.Select(site => new CodePlace(site.Address, SourceOf(site)))], problems);
        if (sites.Find(site => site.More > 0) is { } spread)
        {
            problems.Add(new SiteProblem(
                SiteCodes.LineInSeveralPlaces, Refused: false,
                FormattableString.Invariant(
                    $"the compiler put {line.Text} in {spread.More + 1:N0} places of {SourceOf(spread).Function} in {path}, ")
                    + "and only the first is probed: rounds of a loop that was unrolled are missed",
                "'places: all' probes all of them, and logs a run more than once where code was moved apart"));
        }

        if (answer.IsCut)
        {
            problems.Add(new SiteProblem(
                SiteCodes.SomeSkipped, Refused: false, $"{line.Text} in {path} has more places or types than are read at once"));
        }

        var entries = new EntryValueSites(image);
        var groups = places.Select(place => WithEntry(place, sites[place.Index], entries))
            .GroupBy(place => AbiOf((image, entries), place, sites[place.Index], answer), place => place.Site)
            .Select(same => new SiteGroup(same.Key, same.ToEquatableArray()));
        return new SiteResolution(
            problems.Exists(one => one.Refused) ? [] : groups.ToEquatableArray(), problems.ToEquatableArray());
    }

    /// <summary>Forgets all answers.</summary>
    public void Forget() => _known.Forget();

    private static SourceLine SourceOf(LineSite site) => new(
        site.Place, [.. site.Calls.Reverse().Select(call => call.Function.Length == 0 ? "?" : call.Function)]);

    /// <summary>The same place, with the entry of its function where a variable takes registers as they were there.</summary>
    private static LinePlace WithEntry(LinePlace place, LineSite site, EntryValueSites entries) =>
        site.Variables.Any(variable => variable.Place.UsesEntryValue())
            ? place with { Site = place.Site with { EntryOffset = entries.OffsetOf(site.Entry) } }
            : place;

    private static DebugSiteAbi AbiOf(
        (ElfImage Image, EntryValueSites Entries) file, LinePlace place, LineSite site, DebugAnswer answer) => new(place.Abi)
        {
            IsLine = true,
            Types = answer.Types,
            Distance = answer.Types.Functions is null ? null : LoadedPlace.Distance(file.Image, place.Site),
            NamedTypes = answer.NamedTypes,
            Statics = [.. site.Statics.Select(variable => SiteParameters.Loaded(file.Image, place.Site, variable))],
            Variables =
        [
            .. site.Variables.Where(variable => !variable.IsShadowed).Select(variable =>
                new SiteVariable(
                    variable.Name, variable.Shape,
                    LoadedPlace.Of(file.Image, place.Site, file.Entries.Of(site.Entry, variable.Place), out _))
                {
                    IsLocal = !variable.IsParameter,
                    Lives = variable.Lives.Count == 0 ? "" : LineRange.Text(variable.Lives),
                }),
        ],
            Others = site.Others,
        };

    private static IEnumerable<SiteProblem> Remarks(DebugAnswer answer) =>
        answer.Problems.Select(problem => new SiteProblem(SiteCodes.DebugReaderEnded, Refused: false, problem));

    private static SiteProblem WhyNone(ElfImage image, string path, Location.Line line, FoundLine found)
    {
        if (!line.IsOfFunction)
        {
            return new LineProblems(path).Of(line.Name, FormattableString.Invariant($"line {line.Number}"), found);
        }

        return found.Line == 0
            ? FunctionList.Of(image, path, line.Name, 1).Problem ?? new SiteProblem(
                SiteCodes.NoParameters, Refused: true, $"the debug information of {path} does not have {line.Name}",
                "it was compiled without -g, or in assembly")
            : new LineProblems(path).Of(
                line.Name, FormattableString.Invariant($"line {found.Line} ({line.Text})"), found);
    }

    private static WantedLine WantedBy(ElfImage image, string path, Rule rule)
    {
        var line = (Location.Line)rule.Where.Value;
        var functions = line.IsOfFunction ? FunctionList.Of(image, path, line.Name, MaxEntries).Functions : [];
        return new WantedLine(line.IsOfFunction ? WithoutScope(line.Name) : line.Name, line.Number)
        {
            IsOfFunction = line.IsOfFunction,
            Entries = [.. functions.Select(function => function.Address)],
            Column = line.Column,
            TakesNext = line.TakesNext,
            AllPlaces = line.AllPlaces,
            Variables = VariablesOf(rule),
        };
    }

    private static WantedVariables VariablesOf(Rule rule)
    {
        // A name that every event has is that of a variable with an underscore after it.
        var names = rule.VariableNames.SelectMany(name => name.EndsWith('_') ? new[] { name, name[..^1] } : [name]).Distinct()
            .Order(StringComparer.Ordinal).ToEquatableArray();
        return names.Sum(name => name.Length) > MaxNames
            ? new WantedVariables([], AllParameters: true, AllLocals: true)
            : new WantedVariables(
                names, rule.Captured.HasFlag(VariableGroups.Arguments), rule.Captured.HasFlag(VariableGroups.Locals));
    }

    private static Answers Ask(ElfImage image, string path, Wish wish)
    {
        var answers = new Answers(wish.Demand);
        var hops = Math.Min(wish.Demand.Hops, DebugQuery.Parameters.MaxHops);
        foreach (var some in DebugQuery.Wanted.InParts(wish.Lines))
        {
            var query = new DebugQuery.Wanted(some, hops)
            {
                TypeNames = [.. wish.Demand.TypeNames.Take(DebugQuery.Parameters.MaxNames)],
            };
            if (DebugInfoClient.Ask(image, path, query, out var problem) is not { } answer)
            {
                answers.Problem = problem;
                return answers;
            }

            answers.Add(some, answer);
        }

        return answers;
    }

    /// <summary>The last part of a name, as entries of debug information have it.</summary>
    private static string WithoutScope(string name) => Scope().Replace(name, "");

    [GeneratedRegex(@"\(.*$|^.*::")]
    private static partial Regex Scope();

    /// <summary>The lines of a binary that rules will ask about.</summary>
    private sealed class Wish
    {
        private readonly HashSet<WantedLine> _lines = [];

        public IReadOnlyCollection<WantedLine> Lines => _lines;

        /// <summary>The types that are asked for.</summary>
        public DebugDemand Demand { get; private set; } = DebugDemand.None;

        public void Add(WantedLine line, DebugDemand demand)
        {
            _lines.Add(line);
            Demand = Demand.WithTypesOf(demand);
        }
    }

    /// <summary>The answers about lines of a binary.</summary>
    /// <param name="types">The types that were asked for.</param>
    private sealed class Answers(DebugDemand types)
    {
        private readonly Dictionary<WantedLine, (DebugAnswer Answer, int Index)> _lines = [];

        public SiteProblem? Problem { get; set; }

        public bool Has(WantedLine line, DebugDemand demand) => Problem is not null
            || (types.HasTypesOf(demand) && _lines.ContainsKey(line));

        public (DebugAnswer Answer, int Index) At(WantedLine line) => _lines[line];

        public void Add(EquatableArray<WantedLine> asked, DebugAnswer answer)
        {
            // What a process that was taken over leaves out is not there.
            var whole = answer.Lines.Count == asked.Count
                ? answer
                : answer with { Lines = [.. asked.Select(_ => new FoundLine([], 0, []))], Sites = [] };
            for (var i = 0; i < asked.Count; i++)
            {
                _lines[asked[i]] = (whole, i);
            }
        }
    }
}
