using TraceAgent.Bpf.Kernel;
using TraceAgent.Bpf.Linux;
using TraceAgent.Capture;
using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Reconciling;

/// <summary>What became of a rule when it was held against its binary.</summary>
/// <param name="Probe">Null when the target is missing or something was refused.</param>
/// <param name="IsPending">The target is missing.</param>
/// <param name="Problems">Refusals and warnings.</param>
internal sealed record Resolution(Probe? Probe, bool IsPending, EquatableArray<SiteProblem> Problems)
{
    public bool IsRefused => Problems.Any(problem => problem.Refused);

    public static Resolution Pending { get; } = new(null, IsPending: true, []);

    /// <summary>The problems at their places in the rule file.</summary>
    public IEnumerable<Diagnostic> DiagnosticsFor(Rule rule)
    {
        foreach (var problem in Problems)
        {
            var at = problem.Code is SiteCodes.CannotRead or SiteCodes.NotSupported or SiteCodes.Damaged ? rule.Binary.At : rule.Where.At;
            yield return new Diagnostic(problem.Refused ? Severity.Error : Severity.Warning, problem.Code, at, problem.Message, problem.Hint);
        }
    }
}

/// <summary>Rules to probes. Keeps what it found, for as long as neither the rule nor the file changes.</summary>
/// <param name="seccomp">What may speak against returns at the moment; null when nothing is to be attached.</param>
internal sealed class ProbeResolver(SeccompReturns? seccomp = null) : IDisposable
{
    private readonly Dictionary<Rule, (FileIdentity File, Resolution Resolution)> _known = [];
    private readonly Dictionary<FileIdentity, (ElfImage? Image, SiteProblem? Problem)> _images = [];

    public Resolution Resolve(Rule rule)
    {
        if (FileStatus.Of(rule.Binary.Value) is not { } identity)
        {
            return Resolution.Pending;
        }

        if (_known.TryGetValue(rule, out var known) && known.File == identity)
        {
            return known.Resolution;
        }

        try
        {
            using var file = PinnedFile.TryOpen(rule.Binary.Value);
            if (file is null)
            {
                return Resolution.Pending;
            }

            if (!_images.TryGetValue(file.Identity, out var opened))
            {
                var image = ElfImage.TryOpen(file.InodePath, rule.Binary.Value, out var problem);
                _images[file.Identity] = opened = (image, problem);
            }

            var resolution = Find(rule, file.Identity, opened.Image, opened.Problem);

            // Of the moment, so it is not kept.
            if (resolution.Probe is { } probe && probe.Parts.Any(part => !part.Plan.ReturnsAtInstructions)
                && seccomp?.Refuse(rule, file.Identity) is { } refused)
            {
                return new Resolution(null, IsPending: false, [refused]);
            }

            _known[rule] = (file.Identity, resolution);
            return resolution;
        }
        catch (KernelException refusal)
        {
            return new Resolution(null, IsPending: false, [new SiteProblem(SiteCodes.CannotRead, Refused: true, refusal.Message)]);
        }
    }

    /// <summary>Of a file that is held open, whatever its path leads to now.</summary>
    public static Resolution Resolve(Rule rule, PinnedFile file)
    {
        using var image = ElfImage.TryOpen(file.InodePath, rule.Binary.Value, out var problem);
        return Find(rule, file.Identity, image, problem);
    }

    /// <summary>Forgets all other rules, and closes the binaries: many rules look into one, but symbol tables are large.</summary>
    public void Keep(IReadOnlySet<Rule> rules)
    {
        foreach (var rule in _known.Keys.Where(rule => !rules.Contains(rule)).ToList())
        {
            _known.Remove(rule);
        }

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

    private static Resolution Find(Rule rule, FileIdentity file, ElfImage? image, SiteProblem? problem)
    {
        if (image is null)
        {
            return new Resolution(null, IsPending: false, [problem!]);
        }

        var found = SiteResolver.Resolve(
            image, rule.Binary.Value, rule.Where.Value, PlanBuilder.NeedsReturn(rule), capturesArguments: rule.Arguments.Count > 0,
            rule.AllowsUnsafe, rule.MaxSites, rule.ReturnsAtInstructions);
        var parts = new List<ProbePart>();
        var problems = found.Problems.ToList();
        foreach (var group in found.Groups)
        {
            var missing = PlanBuilder.MissingAt(rule, group.Abi);
            if (missing.Count == 0)
            {
                parts.Add(new ProbePart(group.Abi, PlanBuilder.Build(rule, group.Abi), [new ProbeFile(rule.Binary.Value, file, group.Sites)]));
            }
            else
            {
                problems.Add(new SiteProblem(
                    SiteCodes.ValueMissing, Refused: true, $"{string.Join(" and ", missing)} cannot be had at {group.Sites[0].DisplayName} in {rule.Binary.Value}"));
            }
        }

        var refused = problems.Any(one => one.Refused);
        return new Resolution(refused ? null : Probe.Of(parts), IsPending: false, problems.ToEquatableArray());
    }
}
