using TraceAgent.Bpf.Kernel;
using TraceAgent.Bpf.Linux;
using TraceAgent.Capture;
using TraceAgent.Rules;
using TraceAgent.Symbols;
using TraceAgent.Targets;

namespace TraceAgent.Reconciling;

/// <summary>Rules to probes. Keeps what it found, for as long as neither the rule nor the file changes.</summary>
/// <param name="seccomp">What may speak against returns at the moment; null when nothing is to be attached.</param>
/// <param name="permitted">Which binaries may be probed; null for all.</param>
internal sealed class ProbeResolver(SeccompReturns? seccomp = null, PermittedBinaries? permitted = null) : IDisposable
{
    /// <summary>Problems that are told of one rule; of a pattern, thousands of files may have the same.</summary>
    private const int MostProblems = 3;

    private readonly FilterResolver _filters = new();
    private readonly Dictionary<(Rule Rule, FileIdentity File), SiteResolution> _known = [];
    private readonly HashSet<(Rule Rule, FileIdentity File)> _used = [];
    private readonly Dictionary<FileIdentity, (ElfImage? Image, SiteProblem? Problem)> _images = [];

    public TargetFinder Targets { get; } = new();

    public Resolution Resolve(Rule rule)
    {
        var resolved = _filters.Resolve(rule, out var missing);
        var target = Lead(rule);
        var parts = new List<ProbePart>();
        var problems = new List<SiteProblem>();
        var seen = new HashSet<FileIdentity>();
        foreach (var file in target.Files)
        {
            try
            {
                // The same file under another name has the same sites: they are probed once.
                if (FileStatus.Of(file.Source) is not { } identity || !seen.Add(identity))
                {
                    continue;
                }

                if (permitted?.Refusal(file, identity) is { } refusal)
                {
                    problems.Add(new SiteProblem(TargetCodes.Denied, Refused: true, refusal, "the key 'binaries' of the agent configuration says which files may be"));
                }
                else if (Sites(resolved, file, identity) is { } found)
                {
                    problems.AddRange(found.Problems);
                    parts.AddRange(PartsOf(resolved, file, identity, found, problems));
                }
            }
            catch (KernelException refusal)
            {
                problems.Add(new SiteProblem(SiteCodes.CannotRead, Refused: true, refusal.Message));
            }
        }

        if (parts.Count == 0 && problems.Count == 0)
        {
            missing ??= rule.Binary.Value.Missing;
        }

        var all = Summary(rule, target, parts.Count > 0, problems);
        var probe = missing is null && !all.Any(problem => problem.Refused) ? Probe.Of(parts) : null;
        return new Resolution(new DesiredProbe(resolved, probe), missing, all);
    }

    /// <summary>Of a file that is held open, whatever its path leads to now.</summary>
    public static IEnumerable<ProbePart> PartsOf(Rule rule, PinnedFile file)
    {
        using var image = ElfImage.TryOpen(file.InodePath, file.Path, out _);
        return image is null ? [] : PartsOf(rule, new TargetFile(file.Path), file.Identity, Sites(rule, image, file.Path), []);
    }

    /// <summary>Where the rule leads, and where another file of it would appear.</summary>
    public TargetFiles Lead(Rule rule) => Targets.Find(rule.Binary.Value);

    /// <summary>Forgets what was not asked for since the last time, and closes the binaries: many rules look into one, but symbol tables are large.</summary>
    public void Settle()
    {
        foreach (var key in _known.Keys.Where(key => !_used.Contains(key)).ToList())
        {
            _known.Remove(key);
        }

        _used.Clear();
        Targets.Forget();
        _filters.Forget();
        permitted?.Forget();
        Dispose();
    }

    public void Dispose()
    {
        foreach (var (image, _) in _images.Values)
        {
            image?.Dispose();
        }

        _images.Clear();
    }

    /// <summary>Null when the file is gone.</summary>
    private SiteResolution? Sites(Rule rule, TargetFile file, FileIdentity identity)
    {
        _used.Add((rule, identity));
        if (_known.TryGetValue((rule, identity), out var known))
        {
            return known;
        }

        using var pinned = PinnedFile.TryOpen(file.Source, file.Path);
        if (pinned is null || pinned.Identity != identity)
        {
            return null;
        }

        if (!_images.TryGetValue(identity, out var opened))
        {
            var image = ElfImage.TryOpen(pinned.InodePath, file.Path, out var problem);
            _images[identity] = opened = (image, problem);
        }

        var found = opened.Image is null ? new SiteResolution([], [opened.Problem!]) : Sites(rule, opened.Image, file.Path);

        // Of the moment, so it is not kept.
        if (found.Groups.Any(group => !group.Abi.ReturnsAtInstructions) && seccomp?.Refuse(rule, identity) is { } refused)
        {
            return new SiteResolution([], [refused]);
        }

        return _known[(rule, identity)] = found;
    }

    private static SiteResolution Sites(Rule rule, ElfImage image, string path) => SiteResolver.Resolve(
        image, path, rule.Where.Value, PlanBuilder.NeedsReturn(rule), capturesArguments: rule.Arguments.Count > 0, rule.AllowsUnsafe,
        rule.MaxSites, rule.ReturnsAtInstructions);

    private static List<ProbePart> PartsOf(Rule rule, TargetFile file, FileIdentity identity, SiteResolution found, List<SiteProblem> problems)
    {
        var parts = new List<ProbePart>();
        foreach (var (group, missing) in found.Groups.Select(group => (group, PlanBuilder.MissingAt(rule, group.Abi))).OrderBy(one => one.Item2.Count))
        {
            if (missing.Count == 0)
            {
                parts.Add(new ProbePart(group.Abi, PlanBuilder.Build(rule, group.Abi), [new ProbeFile(file.Path, identity, group.Sites) { Source = file.Source }]));
            }
            else
            {
                // Of several places that the rule means, those that have all it asks for are probed.
                var problem = new SiteProblem(
                    SiteCodes.ValueMissing, Refused: parts.Count == 0, $"{string.Join(" and ", missing)} cannot be had at {Places(group.Sites)} in {file.Path}");
                if (!problems.Contains(problem))
                {
                    problems.Add(problem);
                }
            }
        }

        return parts;
    }

    /// <summary>What to tell. Where some of several files can be probed, what is wrong with the others is a warning.</summary>
    private static EquatableArray<SiteProblem> Summary(Rule rule, TargetFiles target, bool isProbed, List<SiteProblem> problems)
    {
        var several = target.Files.Count > 1;
        var told = several && isProbed ? problems.ConvertAll(problem => problem with { Refused = false }) : problems;
        if (several && told.Count > MostProblems)
        {
            told = [.. told.Take(MostProblems - 1), new SiteProblem(
                TargetCodes.OtherFiles, Refused: false, $"{told.Count - MostProblems + 1} more problems of this kind in files of {rule.Binary.Value.Text}")];
        }

        if (target.IsCut)
        {
            told = [.. told, new SiteProblem(
                TargetCodes.TooManyFiles, Refused: false, $"{rule.Binary.Value.Text} leads to more than {TargetFinder.MostFiles} files; only the first are probed",
                "a narrower pattern, or several rules")];
        }

        return told.ToEquatableArray();
    }

    private static string Places(EquatableArray<ProbeSite> sites)
    {
        const int most = 3;
        var names = sites.Select(site => site.DisplayName).Distinct().ToList();
        return names.Count <= most ? string.Join(", ", names) : $"{string.Join(", ", names.Take(most))} and {names.Count - most} more";
    }
}
