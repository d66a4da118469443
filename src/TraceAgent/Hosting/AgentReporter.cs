using Microsoft.Extensions.Logging;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine;
using TraceAgent.Engine.AutoDetach;
using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.RingReading;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Watching;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Statements;
using TraceAgent.Logging;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Hosting;

/// <summary>Reports what happens to rules: to the operator on standard error, and among the events as <c>"event":"agent"</c>.</summary>
internal sealed class AgentReporter(
    ILogger logger, EventPump pump, WallClock clock) : IReconcilerListener, IEvaluationListener, IGuardListener
{
    private readonly CodeReaders _readers = new();

    public event Action? OnReloaded;

    /// <summary>Raised when a rule was attached whose events have durations.</summary>
    public event Action? OnCallsTraced;

    public void Attached(Rule rule, AttachedProbe probe)
    {
        Log.RuleAttached(logger, rule.Name.Value, SitesOf([.. probe.Files]));
        WarnOfReaders(rule, probe.Files);
        Announce(rule, probe.Files);
    }

    public void Replaced(Rule rule, AttachedProbe probe)
    {
        Log.RuleReplaced(logger, rule.Name.Value, SitesOf([.. probe.Files]));
        Announce(rule, probe.Files);
    }

    public void Extended(Rule rule, IReadOnlyList<AttachedFile> files)
    {
        Log.RuleExtended(logger, rule.Name.Value, SitesOf(files));
        WarnOfReaders(rule, files);
        Announce(rule, files);
    }

    public void Reshaped(Rule rule) => Log.RuleReshaped(logger, rule.Name.Value);

    public void Detached(Rule rule, string reason)
    {
        Log.RuleDetached(logger, rule.Name.Value, reason);
        pump.Enqueue(AgentEvents.Detached(rule.Name.Value, reason, clock.UtcNow));
    }

    public void Overwritten(Rule rule, string path)
    {
        Log.RuleOverwritten(logger, rule.Name.Value, path);
        pump.Enqueue(AgentEvents.Detached(rule.Name.Value, $"{path} was overwritten in place", clock.UtcNow));
    }

    public void Denied(Rule rule, string path) => Detached(rule, $"the agent configuration does not permit {path} any more");

    public void Refused(Rule rule, Exception refusal)
    {
        var at = $"{rule.Name.At.File}:{rule.Name.At.Line}:{rule.Name.At.Column}";
        Log.RuleRefused(logger, rule.Name.Value, $"{at}: {refusal.Message}");
        pump.Enqueue(AgentEvents.Rejected(rule.Name.Value, $"{at}: {refusal.Message}", clock.UtcNow));
    }

    public void Suspended(Rule rule, Suspension suspension)
    {
        var reason = suspension.Describe(suspension.Pause);
        Log.RuleSuspended(logger, rule.Name.Value, reason);
        pump.Enqueue(AgentEvents.Suspended(rule.Name.Value, reason, clock.UtcNow));
    }

    public void Harmful(Rule rule, string reason)
    {
        Log.RuleSuspended(logger, rule.Name.Value, reason);
        pump.Enqueue(AgentEvents.Suspended(rule.Name.Value, reason, clock.UtcNow));
    }

    public void Ended(HarmReport report)
    {
        const int shown = 5;
        var names = string.Join(", ", report.Rules.Take(shown));
        var rules = report.Rules.Count > shown ? $"{names} and {report.Rules.Count - shown} more" : names;
        var more = report.More == 0 ? "" : $" (and {report.More} more before)";
        Log.ProgramEnded(logger, report.Signal.Name, rules, report.Signal.Program, report.Signal.Pid, more);
        var ended = new EndedProcess(report.Signal.Program, report.Signal.Pid, report.Signal.Name);
        pump.Enqueue(AgentEvents.Ended(ended, report.Rules[0], rules, clock.UtcNow));
    }

    public void Expired(Rule rule, TimeSpan ttl)
    {
        var reason = TimeToLive.DescribeEnd(ttl);
        Log.RuleExpired(logger, rule.Name.Value, reason);
        pump.Enqueue(AgentEvents.Expired(rule.Name.Value, reason, clock.UtcNow));
    }

    /// <summary>Reports that debug information contradicts a rule. Any thread may do so.</summary>
    public void Contradicted(Diagnostic warning, SourceText source) => Log.RuleWarning(logger, TextOf(warning, source));

    private static string TextOf(Diagnostic diagnostic, SourceText source)
    {
        using var text = new StringWriter();
        DiagnosticWriter.WriteText(text, diagnostic, source, colours: false);
        return text.ToString().TrimEnd('\n');
    }

    public void Evaluated(RuleEvaluation evaluation)
    {
        foreach (var (diagnostic, source) in evaluation.News)
        {
            var lines = TextOf(diagnostic, source);
            if (diagnostic.Severity == Severity.Error)
            {
                Log.RuleRejected(logger, lines);
                pump.Enqueue(AgentEvents.Rejected(null, lines.Split('\n')[0], clock.UtcNow));
            }
            else
            {
                Log.RuleWarning(logger, lines);
            }
        }

        foreach (var file in evaluation.Rejected)
        {
            Log.FileRejected(logger, file.Path, Plural.Of(file.Errors, "error"), file.RulesKept);
        }

        foreach (var (path, rules) in evaluation.Accepted)
        {
            Log.FileAccepted(logger, path, Plural.Of(rules, "rule"));
        }
    }

    public void Pending(Rule rule, string missing)
    {
        Log.RulePending(logger, rule.Name.Value, missing);
        pump.Enqueue(AgentEvents.Pending(rule.Name.Value, $"{missing} yet", clock.UtcNow));
    }

    public void Reloaded()
    {
        Log.Reloaded(logger);
        OnReloaded?.Invoke();
    }

    private void WarnOfReaders(Rule rule, IEnumerable<AttachedFile> files)
    {
        foreach (var reader in _readers.Of([.. files.Select(file => file.File)]))
        {
            Log.TextReader(logger, rule.Name.Value, reader);
        }
    }

    private const int MaxNames = 3;

    private void Announce(Rule rule, IEnumerable<AttachedFile> files)
    {
        pump.Enqueue(AgentEvents.Attached(rule.Name.Value, CountSites(files), clock.UtcNow));
        if (rule.On == ProbeTrigger.Call)
        {
            OnCallsTraced?.Invoke();
        }
    }

    private static int CountSites(IEnumerable<AttachedFile> files) => files.Sum(file => file.Sites.Count);

    /// <summary>
    /// Describes sites, such as <c>AddNum in /srv/shop/test</c>, or <c>open, read, write and 9 more functions in …</c>.
    /// </summary>
    private static string SitesOf(IReadOnlyList<AttachedFile> files)
    {
        var count = CountSites(files);
        var names = files.SelectMany(file => file.Sites).Select(site => site.DisplayName).Distinct().ToList();
        var paths = files.Select(file => file.File.Path).Distinct().ToList();
        var more = names.Count > MaxNames ? $" and {Plural.Of(names.Count - MaxNames, "more function")}" : "";
        var functions = string.Join(", ", names.Take(MaxNames)) + more;
        var sites = count == 1 || count == names.Count ? functions : $"{count} sites of {functions}";
        return $"{sites} in {paths[0]}{(paths.Count == 1 ? "" : $" and {Plural.Of(paths.Count - 1, "more file")}")}";
    }
}
