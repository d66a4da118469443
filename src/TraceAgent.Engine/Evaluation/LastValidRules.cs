using TraceAgent.Engine.Managed;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Sources;
using TraceAgent.Engine.Targets;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Evaluation;

/// <summary>The result of evaluating the files and binaries again.</summary>
/// <param name="Desired">The probe of every active rule.</param>
/// <param name="Pending">The rules whose target is missing, and what they wait for.</param>
/// <param name="Rejected">The files whose new text is not active.</param>
/// <param name="News">Diagnostics that were not there the last time, with the text that they point into.</param>
/// <param name="Looked">The names of files whose appearance would change this.</param>
public sealed record RuleEvaluation(
    IReadOnlyList<RuleProbe> Desired,
    IReadOnlyList<(Rule Rule, string Missing)> Pending,
    IReadOnlyList<RejectedFile> Rejected,
    IReadOnlyList<(Diagnostic Diagnostic, SourceText Source)> News,
    IReadOnlyList<WatchedName> Looked)
{
    /// <summary>The filter of every active packet rule.</summary>
    public IReadOnlyList<FilterResolution> Filters { get; init; } = [];

    /// <summary>The errors that there are now, whether they are new or not.</summary>
    public IReadOnlyList<RuleError> Faults { get; init; } = [];

    /// <summary>The files that had errors the last time, and have none now; with the number of rules of each.</summary>
    public IReadOnlyList<(string Path, int Rules)> Accepted { get; init; } = [];
}

/// <param name="Path">The file's path.</param>
/// <param name="Errors">The number of errors.</param>
/// <param name="RulesKept">The number of its rules that are active all the same.</param>
/// <param name="Rules">The number of rules of its new text that are not active; 1 when it is too broken to tell.</param>
public sealed record RejectedFile(string Path, int Errors, int RulesKept, int Rules);

/// <summary>
/// Decides which rules are active. A file with errors keeps its own last valid rules, and all other files proceed; errors are
/// those of its text, names that another file has already, and places in binaries that cannot be probed.
/// </summary>
/// <param name="resolver">Finds the places in binaries.</param>
/// <param name="prefixes">Reads the lists of packet rules.</param>
/// <param name="outputs">The names of outputs; null when they do not matter.</param>
public sealed class LastValidRules(ProbeResolver resolver, PrefixSource prefixes, Func<IReadOnlyList<string>?>? outputs = null)
{
    private readonly Dictionary<string, (RuleFileVersion Judged, RuleFileVersion? Good)> _files = [];
    private readonly RuleFileEvaluator _evaluator = new(resolver, outputs);
    private HashSet<Diagnostic> _said = [];
    private HashSet<string> _faulty = [];
    private bool _hasFilters;

    /// <summary>
    /// True when the next evaluation of the same rule files may have another result than the last one. Much cheaper than to evaluate
    /// them.
    /// </summary>
    public bool MayHaveChanged => _hasFilters || resolver.MayHaveChanged;

    /// <summary>Makes the next evaluation read every file of addresses and every binary again.</summary>
    public void Forget()
    {
        prefixes.Forget();
        resolver.Forget();
    }

    public RuleEvaluation Evaluate(IReadOnlyList<RuleFileVersion> versions)
    {
        var said = new HashSet<Diagnostic>();
        var news = new List<(Diagnostic, SourceText)>();
        var rejected = new List<RejectedFile>();
        var present = versions.Select(version => version.Path).ToHashSet();
        foreach (var path in _files.Keys.Where(path => !present.Contains(path)).ToList())
        {
            _files.Remove(path);
        }

        var judged = Judge(versions);
        foreach (var (version, diagnostics) in judged)
        {
            var (before, good) = _files.GetValueOrDefault(version.Path);
            Say(diagnostics, version.Content.Source);
            var errors = diagnostics.Count(d => d.Severity == Severity.Error);
            if (errors > 0 && good is null && StandsByItself(version, diagnostics))
            {
                // There are no last valid rules to keep, and a restart must not end rules for what became of another's binary.
                good = version;
            }

            if (errors > 0 && !ReferenceEquals(before, version))
            {
                var kept = good is null ? 0 : RulesInForce(good);
                var named = Math.Max(1, version.Content.Names.Count);
                rejected.Add(new RejectedFile(version.Path, errors, kept, ReferenceEquals(good, version) ? named - kept : named));
            }

            _files[version.Path] = (version, errors > 0 ? good : version);
        }

        var faults = judged.SelectMany(one => FaultsOf(one.Version, one.Diagnostics)).ToList();
        var desired = new List<RuleProbe>();
        var filters = new List<FilterResolution>();
        var looked = new List<WatchedName>();
        var pending = new List<(Rule, string)>();
        foreach (var path in versions.Select(version => version.Path))
        {
            if (_files[path].Good is not { } good)
            {
                continue;
            }

            foreach (var rule in good.Content.Rules)
            {
                var resolution = resolver.Resolve(rule);
                Say(resolution.Diagnostics, good.Content.Source);
                ReportOutput(rule.Output, good);
                if (resolution.Missing is { } missing)
                {
                    pending.Add((rule, missing));
                }
                else if (resolution.Diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is { } refusal)
                {
                    faults.Add(new RuleError(path, rule.Name, Describe(refusal)));
                }

                desired.Add(resolution.Desired);
                looked.AddRange(resolver.Lead(rule).Looked);
            }

            foreach (var rule in good.Content.Packets)
            {
                var filter = prefixes.Resolve(rule);
                foreach (var (diagnostic, source) in filter.Diagnostics)
                {
                    Say([diagnostic], source ?? good.Content.Source);
                }

                ReportOutput(rule.Output, good);
                filters.Add(filter);
                looked.AddRange(((Located<string>?[])[rule.DenyFile, rule.AllowFile])
                    .OfType<Located<string>>().Select(file => WatchedName.Of(file.Value)));
            }
        }

        resolver.Settle();
        prefixes.Settle();
        _hasFilters = filters.Count > 0;
        _said = said;
        var faulty = faults.Select(fault => fault.File).ToHashSet();
        var accepted = versions.Where(version => _faulty.Contains(version.Path) && !faulty.Contains(version.Path))
            .Select(version => (version.Path, version.Content.Rules.Count + version.Content.Packets.Count)).ToList();
        _faulty = faulty;
        return new RuleEvaluation(desired, pending, rejected, news, looked) { Filters = filters, Faults = faults, Accepted = accepted };

        void ReportOutput(Located<string>? output, RuleFileVersion file)
        {
            if (OutputName.Problem(output, outputs?.Invoke()) is { } gone)
            {
                Say([gone with { Severity = Severity.Warning, Hint = "its lines go to all outputs" }], file.Content.Source);
            }
        }

        void Say(IEnumerable<Diagnostic> diagnostics, SourceText source)
        {
            foreach (var diagnostic in diagnostics)
            {
                if (said.Add(diagnostic) && !_said.Contains(diagnostic))
                {
                    news.Add((diagnostic, source));
                }
            }
        }
    }

    /// <summary>
    /// Finds the errors of the files that are not active: new ones, and rejected ones, whose reason may be gone. All new texts
    /// are first assumed to be valid, since a rule may move from file to file; for each that is not, its old rules stay active,
    /// and the others are then checked against their names.
    /// </summary>
    private List<(RuleFileVersion Version, List<Diagnostic> Diagnostics)> Judge(IReadOnlyList<RuleFileVersion> versions)
    {
        var open = versions.Where(version => !ReferenceEquals(_files.GetValueOrDefault(version.Path).Good, version)).ToHashSet(
            ReferenceEqualityComparer.Instance);
        var refused = new HashSet<RuleFileVersion>(ReferenceEqualityComparer.Instance);
        while (true)
        {
            var inForce = new RuleNames();
            foreach (var version in versions.Where(version => !open.Contains(version) || refused.Contains(version)))
            {
                if (_files.GetValueOrDefault(version.Path).Good is { } good)
                {
                    inForce.Add(good.Content);
                }
            }

            var judged = new List<(RuleFileVersion Version, List<Diagnostic> Diagnostics)>();
            var stands = true;
            foreach (var version in versions.Where(open.Contains))
            {
                var diagnostics = _evaluator.Judge(version.Content, inForce);
                judged.Add((version, diagnostics));
                if (diagnostics.TrueForAll(d => d.Severity != Severity.Error))
                {
                    inForce.Add(version.Content);
                }
                else if (refused.Add(version))
                {
                    stands = false;
                }
            }

            if (stands)
            {
                return judged;
            }
        }
    }

    /// <summary>An error for each rule of a file that is not active as it is written.</summary>
    private static IEnumerable<RuleError> FaultsOf(RuleFileVersion version, List<Diagnostic> diagnostics)
    {
        var errors = diagnostics.FindAll(d => d.Severity == Severity.Error);
        if (errors.Count == 0)
        {
            yield break;
        }

        var names = version.Content.Names;
        for (var i = 0; i < names.Count; i++)
        {
            var end = i + 1 < names.Count ? names[i + 1].At.Line : int.MaxValue;
            var own = errors.Find(d => d.At.Line >= names[i].At.Line && d.At.Line < end);
            yield return new RuleError(
                version.Path, names[i], Describe(own ?? errors[0]), version.Content.PacketNames.Contains(names[i].Value));
        }

        if (names.Count == 0)
        {
            yield return new RuleError(version.Path, null, Describe(errors[0]));
        }
    }

    private static string Describe(Diagnostic d) => $"{d.At.File}:{d.At.Line}:{d.At.Column}: {d.Code}: {d.Message}";

    /// <summary>True when only places in binaries are wrong, each of which concerns one rule.</summary>
    private static bool StandsByItself(RuleFileVersion version, List<Diagnostic> diagnostics) =>
        !version.Content.HasErrors && diagnostics.TrueForAll(
            d => d.Severity != Severity.Error || d.Code is not (DiagnosticCode.DuplicateRule or DiagnosticCode.UnknownOutput));

    private int RulesInForce(RuleFileVersion version) =>
        version.Content.Rules.Count(rule => !resolver.Resolve(rule).IsRefused) + version.Content.Packets.Count;
}
