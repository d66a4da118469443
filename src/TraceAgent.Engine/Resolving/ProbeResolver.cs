using TraceAgent.Capture;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Resolving;

/// <summary>
/// Resolves rules to probes. Keeps the results as long as neither the rule nor the file changes. An evaluation of all rules ends by
/// <see cref="Settle"/>.
/// </summary>
/// <param name="seccomp">The check for returns on this kernel; null when nothing is to be attached.</param>
/// <param name="permitted">The binaries that may be probed; null for all.</param>
/// <param name="folders">The folders with separate debug information; null for that of packages.</param>
/// <param name="fetches">Fetches debug information that rules need, and belongs to the resolver; null where nobody is asked.</param>
public sealed class ProbeResolver(
    SeccompReturns? seccomp = null, PermittedBinaries? permitted = null, DebugFolders? folders = null, DebugFetches? fetches = null)
    : IDisposable
{
    private readonly FilterResolver _filters = new();
    private readonly PresentFiles _files = new(permitted);
    private readonly SiteFinder _sites = new(seccomp, folders);
    private readonly Dictionary<Rule, Finding> _findings = new(ReferenceEqualityComparer.Instance);
    private bool _isLasting = true;
    private bool _wasLasting;
    private int _evaluation;

    /// <summary>
    /// True when the answers before the last <see cref="Settle"/> may be others now: a file that they rest on has another state, or
    /// they rest on more than files. Much cheaper than to resolve all rules again.
    /// </summary>
    public bool MayHaveChanged => !_wasLasting || _files.MayHaveChanged;

    public TargetFinder Targets { get; } = new();

    /// <summary>Resolves a rule. Returns the same object again while nothing has changed that it rests on.</summary>
    public Resolution Resolve(Rule rule)
    {
        var known = _findings.GetValueOrDefault(rule);
        if (known is not null && known.Evaluation == _evaluation)
        {
            return known.Resolution;
        }

        var target = FilesOf(rule);
        var files = _files.Of(target);
        if (known is not null && known.IsCut == target.IsCut && known.Files == files && !files.Any(_files.IsRefused))
        {
            known.Evaluation = _evaluation;
            return known.Resolution;
        }

        var (resolution, isLasting) = Resolve(rule, target, files);
        _isLasting &= isLasting;
        if (isLasting)
        {
            _findings[rule] = new Finding(resolution, files, target.IsCut) { Evaluation = _evaluation };
        }

        return resolution;
    }

    /// <summary>Finds the places of rules for which debug information is asked, so that it is asked once for all of them.</summary>
    public void Prepare(IEnumerable<Rule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        foreach (var rule in rules.Where(rule => rule.NeedsDebugInfo && !_findings.ContainsKey(rule)))
        {
            var resolved = _filters.Resolve(rule, out _);
            foreach (var file in _files.Of(FilesOf(rule)).Where(file => !_files.IsRefused(file)))
            {
                try
                {
                    // A command waits here, before the symbols of the file are read.
                    _ = fetches is null ? null : _sites.Awaited(fetches, file, out _);
                    _sites.Announce(resolved, file);
                }
                catch (KernelException)
                {
                    // Said when the rule is resolved.
                }
            }
        }
    }

    /// <summary>Finds the files to which the rule leads, and where another one would appear.</summary>
    public TargetFiles FilesOf(Rule rule) => Targets.Find(rule.Binary.Value);

    /// <summary>Ends an evaluation: forgets what it did not ask for, and closes the binaries.</summary>
    public void Settle()
    {
        foreach (var (rule, _) in _findings.Where(one => one.Value.Evaluation != _evaluation).ToList())
        {
            _findings.Remove(rule);
        }

        _evaluation++;
        (_wasLasting, _isLasting) = (_isLasting, true);
        _sites.Settle(_findings.ContainsKey);
        _files.Settle(Targets.RestsOn);
        Targets.Forget();
        _filters.Forget();
    }

    /// <summary>Forgets all answers, so that the next ones are new.</summary>
    public void Forget()
    {
        _findings.Clear();
        _sites.Forget();
        Settle();
    }

    public void Dispose()
    {
        fetches?.Dispose();
        _sites.Dispose();
    }

    /// <returns>And whether the answer stays true while rule and files stay as they are.</returns>
    private (Resolution Resolution, bool IsLasting) Resolve(Rule rule, TargetFiles target, EquatableArray<PresentFile> files)
    {
        var resolved = _filters.Resolve(rule, out var missing);
        var bindings = new RuleBindings(resolved);
        var isLasting = rule.Filter is null;
        var parts = new List<ProbePart>();
        var problems = new RuleProblems(rule);
        foreach (var file in files)
        {
            try
            {
                if (_files.Refusal(file) is { } refusal)
                {
                    isLasting = false;
                    problems.Add(new SiteProblem(TargetCodes.Denied,
                        Refused: true, refusal, "the key 'binaries' of the agent configuration says which files may be"));
                }
                else if (Awaited(rule, file, problems) is { } awaited)
                {
                    isLasting = false;
                    missing ??= awaited;
                }
                else if (_sites.Find(resolved, file) is { } found)
                {
                    foreach (var problem in found.Problems)
                    {
                        problems.Add(problem);
                    }

                    isLasting &= !SiteFinder.AwaitsDebugInfo(found);
                    parts.AddRange(ProbeParts.At(found, file, bindings, problems));
                }
                else
                {
                    isLasting = false;
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

    private string? Awaited(Rule rule, PresentFile file, RuleProblems problems)
    {
        SiteProblem? problem = null;
        var awaited = rule.NeedsDebugInfo && fetches is not null ? _sites.Awaited(fetches, file, out problem) : null;
        if (problem is not null)
        {
            problems.Add(problem);
        }

        return awaited;
    }

    /// <summary>The result of resolving a rule.</summary>
    /// <param name="Resolution">The whole result.</param>
    /// <param name="Files">The files that were examined.</param>
    /// <param name="IsCut">True when there were more files.</param>
    private sealed record Finding(Resolution Resolution, EquatableArray<PresentFile> Files, bool IsCut)
    {
        /// <summary>The number of the evaluation in which it was last true.</summary>
        public int Evaluation { get; set; }
    }
}
