using TraceAgent.Capture;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Targets;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Evaluation;

/// <summary>The result of evaluating the files and binaries again.</summary>
/// <param name="Desired">The probe of every active rule.</param>
/// <param name="Pending">The rules whose target is missing, and what they wait for.</param>
/// <param name="Rejected">The files whose new text is not active.</param>
/// <param name="News">Diagnostics that were not there the last time, with the text that they point into.</param>
/// <param name="WatchedNames">The names of files whose appearance would change this.</param>
public sealed record RuleEvaluation(
    IReadOnlyList<RuleProbe> Desired,
    IReadOnlyList<(Rule Rule, string Missing)> Pending,
    IReadOnlyList<RejectedFile> Rejected,
    IReadOnlyList<(Diagnostic Diagnostic, SourceText Source)> News,
    IReadOnlyList<WatchedName> WatchedNames)
{
    /// <summary>The filter of every active packet rule.</summary>
    public IReadOnlyList<FilterResolution> Filters { get; init; } = [];

    /// <summary>The texts of the files whose rules are active, by path.</summary>
    public IReadOnlyDictionary<string, SourceText> Sources { get; init; } = new Dictionary<string, SourceText>();

    /// <summary>The errors that there are now, whether they are new or not.</summary>
    public IReadOnlyList<RuleError> Errors { get; init; } = [];

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
    private readonly LastValidFiles<string, RuleFile> _files = new();
    private readonly RuleFileEvaluator _evaluator = new(resolver, prefixes, outputs);
    private HashSet<Diagnostic> _reported = [];
    private HashSet<string> _withErrors = [];
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

    public RuleEvaluation Evaluate(IReadOnlyList<RuleFile> files)
    {
        var reported = new HashSet<Diagnostic>();
        var news = new List<(Diagnostic, SourceText)>();
        var rejected = new List<RejectedFile>();
        _files.Keep(files.Select(file => file.Path).ToHashSet());
        var judged = Validate(files);
        foreach (var (file, diagnostics) in judged)
        {
            Report(diagnostics.Select(diagnostic => (diagnostic, file.Source)));
            if (Take(file, diagnostics) is { } rejection)
            {
                rejected.Add(rejection);
            }
        }

        var errors = judged.SelectMany(one => ErrorsOf(one.File, one.Diagnostics, _files.ValidOf(one.File.Path))).ToList();
        var resolved = files.Select(file => _files.ValidOf(file.Path)).OfType<RuleFile>().Select(_evaluator.Resolve).ToList();
        foreach (var file in resolved)
        {
            Report(file.Diagnostics);
            Report(UnknownOutputs(file.File).Select(diagnostic => (diagnostic, file.File.Source)));
            errors.AddRange(ErrorsOf(file));
        }

        resolver.Settle();
        prefixes.Settle();
        _hasFilters = resolved.Exists(file => file.Filters.Count > 0);
        _reported = reported;
        var withErrors = errors.Select(error => error.File).ToHashSet();
        var accepted = files.Where(file => _withErrors.Contains(file.Path) && !withErrors.Contains(file.Path))
            .Select(file => (file.Path, file.Rules.Count + file.Packets.Count)).ToList();
        _withErrors = withErrors;
        return new RuleEvaluation(
            [.. resolved.SelectMany(file => file.Probes).Select(one => one.Desired)],
            [.. resolved.SelectMany(file => file.Pending)],
            rejected,
            news,
            [.. resolved.SelectMany(file => file.WatchedNames)])
        {
            Filters = [.. resolved.SelectMany(file => file.Filters)],
            Sources = resolved.ToDictionary(file => file.File.Path, file => file.File.Source),
            Errors = errors,
            Accepted = accepted,
        };

        void Report(IEnumerable<(Diagnostic Diagnostic, SourceText Source)> diagnostics)
        {
            foreach (var (diagnostic, source) in diagnostics)
            {
                if (reported.Add(diagnostic) && !_reported.Contains(diagnostic))
                {
                    news.Add((diagnostic, source));
                }
            }
        }
    }

    /// <summary>Takes a file that was evaluated: it is active unless it has errors.</summary>
    /// <returns>The rejection; null when the file is active, or was rejected before.</returns>
    private RejectedFile? Take(RuleFile file, List<Diagnostic> diagnostics)
    {
        var before = _files.LatestOf(file.Path);
        var errors = diagnostics.Count(d => d.Severity == Severity.Error);
        if (errors == 0)
        {
            _files.Take(file.Path, file, file);
            return null;
        }

        // After a restart there are no last valid rules to keep: the rules without errors become active.
        var known = _files.ValidOf(file.Path);
        var valid = known ?? (HasOnlyWrongPlaces(file, diagnostics) ? file : WithoutErrors(file, diagnostics));
        _files.Take(file.Path, file, valid);
        if (ReferenceEquals(before, file))
        {
            return null;
        }

        var kept = valid is null ? 0 : ActiveRules(valid);
        var named = Math.Max(1, file.Names.Count);
        return new RejectedFile(file.Path, errors, kept, known is null ? named - kept : named);
    }

    /// <summary>A warning for each active rule whose output has gone since.</summary>
    private IEnumerable<Diagnostic> UnknownOutputs(RuleFile file) =>
        _evaluator.UnknownOutputs(file).Select(unknown => unknown with
        {
            Severity = Severity.Warning,
            Hint = "its lines go to all outputs",
        });

    /// <summary>
    /// Finds the errors of the files that are not active: new ones, and rejected ones, whose reason may be gone. All new texts
    /// are first assumed to be valid, since a rule may move from file to file; for each that is not, its old rules stay active,
    /// and the others are then checked against their names.
    /// </summary>
    private List<(RuleFile File, List<Diagnostic> Diagnostics)> Validate(IReadOnlyList<RuleFile> files)
    {
        var open = files.Where(file => !ReferenceEquals(_files.ValidOf(file.Path), file)).ToHashSet(ReferenceEqualityComparer.Instance);
        var refused = new HashSet<RuleFile>(ReferenceEqualityComparer.Instance);
        while (true)
        {
            var active = new RuleNames();
            foreach (var file in files.Where(file => !open.Contains(file) || refused.Contains(file)))
            {
                if (_files.ValidOf(file.Path) is { } valid)
                {
                    active.Add(valid);
                }
            }

            var judged = new List<(RuleFile File, List<Diagnostic> Diagnostics)>();
            var stands = true;
            foreach (var file in files.Where(open.Contains))
            {
                var diagnostics = _evaluator.Validate(file, active);
                judged.Add((file, diagnostics));
                if (diagnostics.TrueForAll(d => d.Severity != Severity.Error))
                {
                    active.Add(file);
                }
                else if (refused.Add(file))
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

    /// <summary>
    /// The first error of each rule of a file, and of the file outside of its rules; and what the rules without errors wait for that
    /// are not active as they are written.
    /// </summary>
    private static IEnumerable<RuleError> ErrorsOf(RuleFile file, List<Diagnostic> diagnostics, RuleFile? active)
    {
        var errors = diagnostics.FindAll(d => d.Severity == Severity.Error);
        if (errors.Count == 0)
        {
            yield break;
        }

        var names = file.Names;
        var outside = errors.Find(d => names.Count == 0 || d.At.Line < names[0].At.Line);
        if (outside is not null)
        {
            yield return new RuleError(file.Path, null, Describe(outside));
        }

        var wait = outside is null ? $"waits until {file.Path} has no errors" : Describe(outside);

        for (var i = 0; i < names.Count; i++)
        {
            var end = i + 1 < names.Count ? names[i + 1].At.Line : int.MaxValue;
            var own = errors.Find(d => d.At.Line >= names[i].At.Line && d.At.Line < end);
            var isPackets = file.PacketNames.Contains(names[i].Value);
            if (own is not null)
            {
                yield return new RuleError(file.Path, names[i], Describe(own), isPackets);
            }
            else if (!IsActive(names[i].Value))
            {
                yield return new RuleError(file.Path, names[i], wait, isPackets) { Waits = true };
            }
        }

        bool IsActive(string name) =>
            file.Rules.FirstOrDefault(rule => rule.Name.Value == name) is { } rule ? active?.Rules.Contains(rule) is true
            : file.Packets.FirstOrDefault(packet => packet.Name.Value == name) is { } packet && active?.Packets.Contains(packet) is true;
    }

    /// <summary>An error for each rule of an active file whose places cannot be probed.</summary>
    private static IEnumerable<RuleError> ErrorsOf(ResolvedFile file)
    {
        foreach (var one in file.Probes.Where(one => one.Missing is null))
        {
            if (one.Diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is { } refusal)
            {
                yield return new RuleError(file.File.Path, one.Rule.Name, Describe(refusal));
            }
        }
    }

    private static string Describe(Diagnostic d) => $"{d.At.File}:{d.At.Line}:{d.At.Column}: {d.Code}: {d.FullMessage}";

    /// <summary>True when only places in binaries are wrong, each of which concerns one rule.</summary>
    private static bool HasOnlyWrongPlaces(RuleFile file, List<Diagnostic> diagnostics) =>
        !file.HasErrors && diagnostics.TrueForAll(
            d => d.Severity != Severity.Error || d.Code is not (DiagnosticCode.DuplicateRule or DiagnosticCode.UnknownOutput));

    /// <summary>The file without the rules in which an error is; null when nothing does.</summary>
    private static RuleFile? WithoutErrors(RuleFile file, List<Diagnostic> diagnostics)
    {
        var places = diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.At).ToHashSet();
        var rules = file.Rules.Where(rule => !IsWrong(rule.Name.At, rule.Output?.At)).ToEquatableArray();
        var packets = file.Packets.Where(rule => !IsWrong(rule.Name.At, rule.Output?.At)).ToEquatableArray();
        return rules.Count + packets.Count == 0 ? null : file with
        {
            Rules = rules,
            Packets = packets,
            Diagnostics = [],
            Places = [],
            Names = file.Names.Where(name => rules.Any(rule => rule.Name == name) || packets.Any(rule => rule.Name == name))
                .ToEquatableArray(),
        };

        // Other errors leave no rule behind: here only a name that is used twice, or an output that is not there.
        bool IsWrong(SourceSpan name, SourceSpan? output) => places.Contains(name) || (output is { } at && places.Contains(at));
    }

    private int ActiveRules(RuleFile file) => file.Rules.Count(rule => !resolver.Resolve(rule).IsRefused) + file.Packets.Count;
}
