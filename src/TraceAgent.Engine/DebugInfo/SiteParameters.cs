using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Service;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Functions;
using TraceAgent.Symbols.Loading;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// Gives sites the parameters that debug information has for them. The first question for a binary is about all functions that were
/// announced.
/// </summary>
public sealed class SiteParameters
{
    private readonly FileAnswers<Wish, Answers> _known = new();

    /// <summary>Announces sites of which the parameters will be asked.</summary>
    /// <param name="image">The open binary.</param>
    /// <param name="file">The binary.</param>
    /// <param name="sites">The sites.</param>
    /// <param name="demand">The other questions.</param>
    public void Announce(ElfImage image, FileIdentity file, SiteResolution sites, DebugDemand demand)
    {
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(demand);
        _known.WishOf(file).Add(EntriesOf(image, sites), demand);
    }

    /// <summary>The same sites with their parameters; those of which nothing is known are a problem.</summary>
    /// <param name="image">The open binary.</param>
    /// <param name="file">The binary.</param>
    /// <param name="path">The name of the binary in messages.</param>
    /// <param name="sites">The sites.</param>
    /// <param name="demand">The other questions.</param>
    public SiteResolution Of(ElfImage image, FileIdentity file, string path, SiteResolution sites, DebugDemand demand)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(demand);
        if (sites.Groups.Count == 0)
        {
            return sites;
        }

        if (sites.Sites.FirstOrDefault(site => !FunctionEntry.IsAt(image, site.Address)) is { } inside)
        {
            return new SiteResolution([], [.. sites.Problems, new SiteProblem(
                SiteCodes.NotAtEntry, Refused: true,
                $"{inside.DisplayName} in {path} is not the entry of a function, where its parameters are",
                "leave the offset out, or say the registers: args: 2")]);
        }

        var entries = EntriesOf(image, sites);
        if (_known.Known(file, known => known.Has(entries, demand)) is not { } answers)
        {
            Announce(image, file, sites, demand);
            answers = _known.Keep(file, Ask(image, path, _known.WishOf(file)));
        }

        return answers.Problem is { } problem
            ? new SiteResolution([], [.. sites.Problems, problem])
            : Placed(image, path, sites, (answers, demand));
    }

    /// <summary>Forgets all answers.</summary>
    public void Forget() => _known.Forget();

    private static List<ulong> EntriesOf(ElfImage image, SiteResolution sites) =>
        [.. sites.Sites.Select(site => FunctionEntry.Of(image, site.Address))];

    private static Answers Ask(ElfImage image, string path, Wish wish)
    {
        var answers = new Answers(wish.Demand);
        var hops = Math.Min(wish.Demand.Hops, DebugQuery.Parameters.MaxHops);
        foreach (var some in wish.Functions.Chunk(DebugQuery.Parameters.MaxFunctions))
        {
            var query = new DebugQuery.Parameters([.. some.Select(AskedFunctionOf)], hops)
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

    private static AskedFunction AskedFunctionOf(KeyValuePair<ulong, HashSet<string>> wished) =>
        new(wished.Key, [.. wished.Value.Order(StringComparer.Ordinal).Take(DebugQuery.Parameters.MaxNames)]);

    private static SiteResolution Placed(
        ElfImage image, string path, SiteResolution sites, (Answers Answers, DebugDemand Demand) asked)
    {
        var placed = new List<(SiteAbi Abi, ProbeSite Site)>();
        var unknown = new List<ProbeSite>();
        foreach (var group in sites.Groups)
        {
            foreach (var site in group.Sites)
            {
                if (asked.Answers.At(FunctionEntry.Of(image, site.Address)) is not var (function, answer))
                {
                    unknown.Add(site);
                    continue;
                }

                placed.Add((new DebugSiteAbi(group.Abi)
                {
                    Types = answer.Types,
                    Distance = answer.Types.Functions is null ? null : LoadedPlace.Distance(image, site),
                    NamedTypes = answer.NamedTypes,
                    Variables =
                    [
                        .. OnEntry(image, site.Address, function.Parameters, answer.Types).Select(parameter =>
                            parameter with { Place = LoadedPlace.Of(image, site, parameter.Place, out _) }),
                    ],
                    Statics =
                    [
                        .. function.Statics.Where(one => asked.Demand.Names.Contains(one.Name)).Select(one => Loaded(image, site, one)),
                    ],
                    Result = function.Result,
                    TakesMore = function.TakesMore,
                }, site));
            }
        }

        var problems = sites.Problems.ToList();
        if (unknown.Count > 0)
        {
            problems.Add(Unknown(unknown, path, isRefused: placed.Count == 0));
        }

        return new SiteResolution(
            [.. placed.GroupBy(one => one.Abi).Select(one => new SiteGroup(one.Key, [.. one.Select(site => site.Site)]))],
            [.. problems]);
    }

    internal static SiteStatic Loaded(ElfImage image, ProbeSite site, SiteStatic variable)
    {
        var place = LoadedPlace.Of(image, site, variable.Place, out var whyMissing);
        return variable with { Place = place, WhyMissing = whyMissing };
    }

    /// <summary>The parameters where they are on entry: what only the frame has, the code shows.</summary>
    private static EquatableArray<SiteVariable> OnEntry(
        ElfImage image, ulong entry, EquatableArray<SiteVariable> parameters, TypeTable types)
    {
        var isFromCode = parameters.Select(parameter => parameter.Place is LocationPiece.FrameSlot).ToList();
        if (!isFromCode.Contains(true))
        {
            return parameters;
        }

        var stored = StoredArguments.Read(image, entry);
        var shown = parameters.Select(parameter => parameter.Place is LocationPiece.FrameSlot slot
            ? parameter with { Place = stored.Of(slot, parameter.Type is { } type ? types.At(type).Size : 0) }
            : parameter).ToList();
        return new ParameterOrder(image.Architecture).Checked(shown, isFromCode).ToEquatableArray();
    }

    private static SiteProblem Unknown(List<ProbeSite> sites, string path, bool isRefused)
    {
        const int most = 3;
        var names = string.Join(", ", sites.Take(most).Select(site => site.DisplayName).Distinct());
        var more = sites.Count > most ? FormattableString.Invariant($" and {sites.Count - most:N0} more") : "";
        return new SiteProblem(
            SiteCodes.NoParameters, isRefused, $"the debug information of {path} does not have {names}{more}",
            "it was compiled without -g, or in assembly: say the arguments by hand, such as args: 2");
    }

    /// <summary>The functions of a binary that rules will ask about.</summary>
    private sealed class Wish
    {
        public SortedDictionary<ulong, HashSet<string>> Functions { get; } = [];

        /// <summary>The types that are asked for.</summary>
        public DebugDemand Demand { get; private set; } = DebugDemand.None;

        public void Add(IEnumerable<ulong> entries, DebugDemand demand)
        {
            foreach (var entry in entries)
            {
                if (!Functions.TryGetValue(entry, out var known))
                {
                    Functions[entry] = known = [];
                }

                known.UnionWith(demand.Names);
            }

            Demand = Demand.WithTypesOf(demand);
        }
    }

    /// <summary>The answers about one binary.</summary>
    /// <param name="types">The types that were asked for.</param>
    private sealed class Answers(DebugDemand types)
    {
        private readonly Dictionary<ulong, HashSet<string>> _asked = [];
        private readonly Dictionary<ulong, (FunctionParameters Function, DebugAnswer Answer)> _functions = [];

        public SiteProblem? Problem { get; set; }

        public bool Has(IEnumerable<ulong> entries, DebugDemand demand) => Problem is not null
            || (types.HasTypesOf(demand)
                && entries.All(entry => _asked.TryGetValue(entry, out var asked) && asked.IsSupersetOf(demand.Names)));

        public (FunctionParameters Function, DebugAnswer Answer)? At(ulong address) =>
            _functions.TryGetValue(address, out var known) ? known : null;

        public void Add(KeyValuePair<ulong, HashSet<string>>[] asked, DebugAnswer answer)
        {
            foreach (var (entry, names) in asked)
            {
                _asked[entry] = [.. names];
            }

            foreach (var function in answer.Functions)
            {
                _functions[function.Address] = (function, answer);
            }
        }
    }
}
