using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Rules;
using TraceAgent.Symbols;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Resolving;

/// <summary>Collects what is wrong with one rule on this machine.</summary>
/// <param name="rule">The rule as in its file.</param>
internal sealed class RuleProblems(Rule rule)
{
    /// <summary>The maximum number of problems that are reported for one rule; thousands of files of a pattern may have the same.</summary>
    private const int MaxProblems = 3;

    private readonly List<Diagnostic> _found = [];

    public bool IsEmpty => _found.Count == 0;

    /// <summary>Adds a problem of a file, or of places in it.</summary>
    public void Add(SiteProblem problem)
    {
        var isOfFile = problem.Code is SiteCodes.CannotRead or SiteCodes.NotSupported or SiteCodes.Damaged or TargetCodes.Denied;
        _found.Add(new Diagnostic(
            problem.Refused ? Severity.Error : Severity.Warning,
            problem.Code,
            isOfFile ? rule.Binary.At : rule.Where.At,
            problem.Message,
            problem.Hint));
    }

    /// <summary>Adds a problem of binding, unless places in another file have it, too.</summary>
    public void Add(Diagnostic problem)
    {
        if (!_found.Contains(problem))
        {
            _found.Add(problem);
        }
    }

    /// <summary>The problems to report. Where some of several files can be probed, what is wrong with the others is a warning.</summary>
    /// <param name="target">The files to which the rule leads.</param>
    /// <param name="isProbed">True when places were found.</param>
    public EquatableArray<Diagnostic> Summary(TargetFiles target, bool isProbed)
    {
        var several = target.Files.Count > 1;
        var reported = several && isProbed ? _found.ConvertAll(problem => problem with { Severity = Severity.Warning }) : _found;
        if (several && reported.Count > MaxProblems)
        {
            reported = [.. reported.Take(MaxProblems - 1), Diagnostic.Warning(
                TargetCodes.OtherFiles,
                rule.Binary.At, $"{reported.Count - MaxProblems + 1} more problems of this kind in files of {rule.Binary.Value.Text}")];
        }

        if (target.IsCut)
        {
            reported = [.. reported, Diagnostic.Warning(
                TargetCodes.TooManyFiles,
                rule.Binary.At,
                $"{rule.Binary.Value.Text} leads to more than {TargetFinder.MaxFiles} files; only the first are probed",
                "a narrower pattern, or several rules")];
        }

        return reported.ToEquatableArray();
    }
}
