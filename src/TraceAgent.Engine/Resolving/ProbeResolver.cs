using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Sites;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Resolving;

/// <summary>Resolves rules to probes. Keeps the results as long as neither the rule nor the file changes.</summary>
/// <param name="seccomp">The check for returns on this kernel; null when nothing is to be attached.</param>
/// <param name="permitted">The binaries that may be probed; null for all.</param>
public sealed class ProbeResolver(SeccompReturns? seccomp = null, PermittedBinaries? permitted = null) : IDisposable
{
    private readonly FilterResolver _filters = new();
    private readonly SiteParameters _parameters = new();
    private readonly Dictionary<Rule, Finding> _findings = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Rule Rule, FileIdentity File), (SiteResolution Found, int Look)> _known = new(new SameRule());
    private readonly Dictionary<(Rule Rule, FileIdentity File), SiteResolution> _placed = new(new SameRule());
    private readonly Dictionary<string, FileIdentity?> _statuses = [];
    private readonly Dictionary<FileIdentity, (ElfImage? Image, SiteProblem? Problem)> _images = [];
    private Dictionary<string, FileIdentity?> _basis = [];
    private bool _isLasting = true;
    private bool _isSettled;
    private int _look;

    /// <summary>
    /// True when the answers before the last <see cref="Settle"/> may be others now: a file that they rest on has another state, or
    /// they rest on more than files. Much cheaper than to resolve all rules again.
    /// </summary>
    public bool MayHaveChanged =>
        !_isSettled || permitted?.IsLimited is true || _basis.Any(one => FileStatus.Of(one.Key) != one.Value);

    public TargetFinder Targets { get; } = new();

    /// <summary>Resolves a rule. Returns the same object again while nothing has changed that it rests on.</summary>
    public Resolution Resolve(Rule rule)
    {
        var known = _findings.GetValueOrDefault(rule);
        if (known is not null && known.Look == _look)
        {
            return known.Resolution;
        }

        var target = Lead(rule);
        var files = Present(target);
        if (known is not null && known.IsCut == target.IsCut && known.Files == files
            && files.All(file => Refusal(file.File, file.Identity) is null))
        {
            known.Look = _look;
            return known.Resolution;
        }

        var (resolution, isLasting) = Resolve(rule, target, files);
        _isLasting &= isLasting;
        if (isLasting)
        {
            _findings[rule] = new Finding(resolution, files, target.IsCut) { Look = _look };
        }

        return resolution;
    }

    /// <summary>
    /// The files that exist. The same file under another name has the same sites: it is probed once, by a name that is permitted.
    /// </summary>
    private EquatableArray<(TargetFile File, FileIdentity Identity)> Present(TargetFiles target)
    {
        var seen = new Dictionary<FileIdentity, int>();
        var files = new List<(TargetFile File, FileIdentity Identity)>();
        foreach (var file in target.Files)
        {
            if (!_statuses.TryGetValue(file.Source, out var identity))
            {
                _statuses[file.Source] = identity = FileStatus.Of(file.Source);
            }

            if (identity is not { } present)
            {
                continue;
            }

            var known = seen.TryGetValue(present, out var index)
                ? index
                : files.FindIndex(other => IsBelow(file, present, other.File, other.Identity));
            if (known < 0)
            {
                seen[present] = files.Count;
                files.Add((file, present));
            }
            else if (IsRefused(files[known].File, files[known].Identity) && !IsRefused(file, present))
            {
                files[known] = (file, present);
            }
        }

        return files.ToEquatableArray();

        bool IsRefused(TargetFile file, FileIdentity identity) => Refusal(file, identity) is not null;
    }

    /// <summary>
    /// True when one is a file of an overlay and the other the one in the layer below, which are one inode for the kernel.
    /// </summary>
    private static bool IsBelow(TargetFile file, FileIdentity identity, TargetFile other, FileIdentity otherIdentity) =>
        (identity.OverlaidNs == 0) != (otherIdentity.OverlaidNs == 0)
        && (identity.Size, identity.ModifiedNs) == (otherIdentity.Size, otherIdentity.ModifiedNs)
        && KernelFile.Of(file.Source) is { } one && KernelFile.Of(other.Source) is { } two && one.IsSameAs(two);

    /// <summary>The reason why a file may not be probed, or cannot be opened; null when it can be.</summary>
    private string? Refusal(TargetFile file, FileIdentity identity)
    {
        try
        {
            return permitted?.Refusal(file, identity);
        }
        catch (KernelException problem)
        {
            return problem.Message;
        }
    }

    /// <returns>And whether the answer stays true while rule and files stay as they are.</returns>
    private (Resolution Resolution, bool IsLasting) Resolve(
        Rule rule, TargetFiles target, EquatableArray<(TargetFile File, FileIdentity Identity)> files)
    {
        var resolved = _filters.Resolve(rule, out var missing);
        var bindings = new RuleBindings(resolved);
        var isLasting = rule.Filter is null;
        var parts = new List<ProbePart>();
        var problems = new RuleProblems(rule);
        foreach (var (file, identity) in files)
        {
            try
            {
                if (permitted?.Refusal(file, identity) is { } refusal)
                {
                    isLasting = false;
                    problems.Add(new SiteProblem(TargetCodes.Denied,
                        Refused: true, refusal, "the key 'binaries' of the agent configuration says which files may be"));
                }
                else if (Sites(resolved, file, identity, ref isLasting) is { } found)
                {
                    foreach (var problem in found.Problems)
                    {
                        problems.Add(problem);
                    }

                    parts.AddRange(PartsOf(bindings, file, identity, found, problems));
                }
            }
            catch (KernelException refusal)
            {
                isLasting = false;
                problems.Add(new SiteProblem(SiteCodes.CannotRead, Refused: true, refusal.Message));
            }
        }

        if (parts.Count == 0 && problems.IsEmpty)
        {
            missing ??= target.Missing ?? rule.Binary.Value.Missing;
        }

        var all = problems.Summary(target, parts.Count > 0);
        var probe = missing is null && all.All(problem => problem.Severity != Severity.Error) ? Probe.Of(parts) : null;
        return (new Resolution(new RuleProbe(resolved, probe), missing, all), isLasting);
    }

    /// <summary>The parts in a file that is held open, whatever its path leads to now.</summary>
    public static IEnumerable<ProbePart> PartsOf(Rule rule, PinnedFile file)
    {
        using var image = ElfImage.TryOpen(file.InodePath, file.Path, out _);
        if (image is null)
        {
            return [];
        }

        var found = Sites(rule, image, file.Path);
        if (rule.NeedsDebugInfo)
        {
            found = new SiteParameters().Of(image, file.Identity, file.Path, found, rule.TypeHops);
        }

        return PartsOf(new RuleBindings(rule), new TargetFile(file.Path), file.Identity, found, new RuleProblems(rule));
    }

    /// <summary>Finds the files to which the rule leads, and where another one would appear.</summary>
    public TargetFiles Lead(Rule rule) => Targets.Find(rule.Binary.Value);

    /// <summary>
    /// Forgets what was not asked for since the last time, and closes the binaries: many rules look into one, but symbol tables
    /// are large.
    /// </summary>
    public void Settle()
    {
        foreach (var (rule, _) in _findings.Where(one => one.Value.Look != _look).ToList())
        {
            _findings.Remove(rule);
        }

        foreach (var (key, _) in _known.Where(one => one.Value.Look != _look && !_findings.ContainsKey(one.Key.Rule)).ToList())
        {
            _known.Remove(key);
        }

        _look++;
        KeepBasis();
        _statuses.Clear();
        Targets.Forget();
        _filters.Forget();
        _parameters.Forget();
        _placed.Clear();
        permitted?.Forget();
        Dispose();
    }

    private void KeepBasis()
    {
        (_isSettled, _isLasting) = (_isLasting, true);
        var now = DateTime.UtcNow;
        _basis = new Dictionary<string, FileIdentity?>(_statuses);
        foreach (var path in Targets.RestsOn.Where(path => !_basis.ContainsKey(path)))
        {
            // It was looked at before, and may have changed since: then it shows in its times.
            var state = FileStatus.Of(path);
            _isSettled &= state?.ShowsChangesAfter(now) is not false;
            _basis[path] = state;
        }
    }

    /// <summary>Forgets all answers, so that the next ones are new.</summary>
    public void Forget()
    {
        _findings.Clear();
        _known.Clear();
        Settle();
    }

    public void Dispose()
    {
        foreach (var (image, _) in _images.Values)
        {
            image?.Dispose();
        }

        _images.Clear();
    }

    /// <summary>The sites of a rule in a file; null when the file is gone.</summary>
    private SiteResolution? Sites(Rule rule, TargetFile file, FileIdentity identity, ref bool isLasting)
    {
        if (_known.TryGetValue((rule, identity), out var known))
        {
            _known[(rule, identity)] = (known.Found, _look);
            return known.Found;
        }

        using var pinned = PinnedFile.TryOpen(file.Source, file.Path);
        if (pinned is null || pinned.Identity != identity)
        {
            isLasting = false;
            return null;
        }

        var opened = Open(pinned, file);
        if (!_placed.Remove((rule, identity), out var found))
        {
            found = opened.Image is null ? new SiteResolution([], [opened.Problem!]) : Sites(rule, opened.Image, file.Path);
        }

        if (rule.NeedsDebugInfo && opened.Image is { } debugged)
        {
            found = _parameters.Of(debugged, identity, file.Path, found, rule.TypeHops);
        }

        if (found.Groups.Any(group => !group.Abi.ReturnsAtInstructions) && seccomp?.Refuse(rule) is { } refused)
        {
            found = new SiteResolution([], [refused]);
        }

        if (rule.NeedsDebugInfo && found.Groups.Count == 0)
        {
            // Debug information may come later: its packages are installed apart from the binary's.
            isLasting = false;
            return found;
        }

        _known[(rule, identity)] = (found, _look);
        return found;
    }

    private (ElfImage? Image, SiteProblem? Problem) Open(PinnedFile pinned, TargetFile file)
    {
        if (!_images.TryGetValue(pinned.Identity, out var opened))
        {
            var image = ElfImage.TryOpen(pinned.InodePath, file.Path, out var problem);
            _images[pinned.Identity] = opened = (image, problem);
        }

        return opened;
    }

    /// <summary>
    /// Finds the sites of rules that need debug information, so that the first question for a binary is about all of them.
    /// </summary>
    public void Prepare(IEnumerable<Rule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        foreach (var rule in rules.Where(rule => rule.NeedsDebugInfo && !_findings.ContainsKey(rule)))
        {
            var resolved = _filters.Resolve(rule, out _);
            foreach (var (file, identity) in Present(Lead(rule)))
            {
                using var pinned = _known.ContainsKey((resolved, identity)) || Refusal(file, identity) is not null
                    ? null
                    : PinnedFile.TryOpen(file.Source, file.Path);
                if (pinned?.Identity == identity && Open(pinned, file).Image is { } image)
                {
                    var found = Sites(resolved, image, file.Path);
                    _placed[(resolved, identity)] = found;
                    _parameters.Announce(identity, found, resolved.TypeHops);
                }
            }
        }
    }

    private static SiteResolution Sites(Rule rule, ElfImage image, string path)
    {
        var found = SiteResolver.Resolve(image, path, rule.Where.Value, new SiteRequest
        {
            NeedsReturn = rule.NeedsReturn,
            ReturnsAtCaller = !rule.ReturnsAtInstructions,
            Arguments = rule.ArgumentWords.Select(one => new AskedArgument(one.Name, one.Word)).ToEquatableArray(),
            AllowsUnsafe = rule.AllowsUnsafe,
            MaxSites = rule.MaxSites,
            Form = rule.Form,
        });
        return rule.Where.Value is Location.Symbol where && found.Problems.Count > 0
            ? found with { Problems = found.Problems.Select(problem => OwningLibrary.Named(problem, image, where.Name)).ToEquatableArray() }
            : found;
    }

    private static List<ProbePart> PartsOf(
        RuleBindings bindings, TargetFile file, FileIdentity identity, SiteResolution found, RuleProblems problems)
    {
        var parts = new List<ProbePart>();
        var groups = found.Groups.Select(group => (Group: group, Bound: bindings.At(group.Abi)));
        foreach (var (group, bound) in groups.OrderBy(one => one.Bound.Problems.Count))
        {
            if (bound.Problems.Count == 0)
            {
                parts.Add(new ProbePart(bound, [new ProbeFile(file.Path, identity, group.Sites) { Source = file.Source }]));
            }
            else
            {
                // Of several places that the rule means, those that have all it asks for are probed.
                foreach (var problem in bound.Problems)
                {
                    problems.Add(problem with
                    {
                        Severity = parts.Count == 0 ? Severity.Error : Severity.Warning,
                        Message = $"{problem.Message} at {Places(group.Sites)} in {file.Path}",
                    });
                }
            }
        }

        return parts;
    }

    private static string Places(EquatableArray<ProbeSite> sites)
    {
        const int most = 3;
        var names = sites.Select(site => site.DisplayName).Distinct().ToList();
        return names.Count <= most ? string.Join(", ", names) : $"{string.Join(", ", names.Take(most))} and {names.Count - most} more";
    }

    /// <summary>The result of resolving a rule.</summary>
    /// <param name="Resolution">The whole result.</param>
    /// <param name="Files">The files that were examined.</param>
    /// <param name="IsCut">True when there were more files.</param>
    private sealed record Finding(Resolution Resolution, EquatableArray<(TargetFile File, FileIdentity Identity)> Files, bool IsCut)
    {
        /// <summary>The number of the evaluation in which it was last true.</summary>
        public int Look { get; set; }
    }

    /// <summary>
    /// Compares by value, since most rules of an edited file are unchanged. The hash covers only a few members, to be fast.
    /// </summary>
    private sealed class SameRule : IEqualityComparer<(Rule Rule, FileIdentity File)>
    {
        public bool Equals((Rule Rule, FileIdentity File) one, (Rule Rule, FileIdentity File) other) =>
            one.File == other.File && one.Rule == other.Rule;

        public int GetHashCode((Rule Rule, FileIdentity File) one) => HashCode.Combine(one.Rule.Name.Value, one.File);
    }
}
