using TraceAgent.Rules;
using TraceAgent.Watching;

namespace TraceAgent.Reconciling;

/// <summary>What a new look at the files and binaries has brought.</summary>
/// <param name="Desired">For every rule in force.</param>
/// <param name="Pending">Names of rules whose target is missing.</param>
/// <param name="Rejected">Files whose new text is not in force.</param>
/// <param name="News">Diagnostics that were not there the last time, with the text that they point into.</param>
internal sealed record Deliberation(
    IReadOnlyList<DesiredProbe> Desired,
    IReadOnlyList<Rule> Pending,
    IReadOnlyList<RejectedFile> Rejected,
    IReadOnlyList<(Diagnostic Diagnostic, SourceText Source)> News);

/// <param name="Path">Of the file.</param>
/// <param name="Errors">How many.</param>
/// <param name="RulesKept">How many of its last good rules stay in force.</param>
internal sealed record RejectedFile(string Path, int Errors, int RulesKept);

/// <summary>
/// Which rules are in force. A file with errors keeps its own last good rules, and all other files proceed; errors are
/// those of its text, names that another file has already, and places in binaries that cannot be probed.
/// </summary>
internal sealed class AcceptedRules(ProbeResolver resolver)
{
    private readonly Dictionary<string, (RuleFileVersion Judged, RuleFileVersion? Good)> _files = [];
    private HashSet<Diagnostic> _said = [];

    public Deliberation Deliberate(IReadOnlyList<RuleFileVersion> versions)
    {
        var said = new HashSet<Diagnostic>();
        var news = new List<(Diagnostic, SourceText)>();
        var rejected = new List<RejectedFile>();
        var present = versions.Select(version => version.Path).ToHashSet();
        foreach (var path in _files.Keys.Where(path => !present.Contains(path)).ToList())
        {
            _files.Remove(path);
        }

        foreach (var version in versions.Where(version => !ReferenceEquals(_files.GetValueOrDefault(version.Path).Judged, version)))
        {
            var good = _files.GetValueOrDefault(version.Path).Good;
            var diagnostics = Judge(version);
            Say(diagnostics, version.Content.Source);
            var errors = diagnostics.Count(d => d.Severity == Severity.Error);
            if (errors > 0)
            {
                rejected.Add(new RejectedFile(version.Path, errors, good?.Content.Rules.Count ?? 0));
            }

            _files[version.Path] = (version, errors > 0 ? good : version);
        }

        var desired = new List<DesiredProbe>();
        var pending = new List<Rule>();
        foreach (var path in versions.Select(version => version.Path))
        {
            if (_files[path].Good is not { } good)
            {
                continue;
            }

            foreach (var rule in good.Content.Rules)
            {
                var resolution = resolver.Resolve(rule);
                Say(resolution.DiagnosticsFor(rule), good.Content.Source);
                if (resolution.IsPending)
                {
                    pending.Add(rule);
                }

                desired.Add(new DesiredProbe(rule, resolution.Probe));
            }
        }

        resolver.Keep(desired.Select(one => one.Rule).ToHashSet());
        _said = said;
        return new Deliberation(desired, pending, rejected, news);

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

    /// <summary>Everything wrong with a new text: its own diagnostics, names taken by rules in force, refusals of its binaries.</summary>
    private List<Diagnostic> Judge(RuleFileVersion version)
    {
        var others = _files.Where(file => file.Key != version.Path && file.Value.Good is not null).Select(file => file.Value.Good!.Content);
        var found = RuleSetBuilder.Build([.. others, version.Content]).Diagnostics.GetValueOrDefault(version.Path).ToList();
        foreach (var rule in version.Content.Rules)
        {
            found.AddRange(resolver.Resolve(rule).DiagnosticsFor(rule));
        }

        return [.. found.OrderBy(d => d.At.Line).ThenBy(d => d.At.Column)];
    }
}
