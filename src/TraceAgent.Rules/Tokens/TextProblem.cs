using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tokens;

/// <summary>Something wrong in a type, a signature or an expression: UTF-16 units from the start of its text.</summary>
internal readonly record struct TextProblem(int Start, int Length, string Code, string Message, string? Hint = null)
{
    /// <summary>True for a warning: the text can be meant like this, and most often is not.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>Reports problems of a text at their places in the file.</summary>
internal static class TextProblems
{
    /// <param name="bag">Receives the diagnostics.</param>
    /// <param name="scalar">The text.</param>
    /// <param name="problem">The problem in the text.</param>
    public static void Error(this DiagnosticBag bag, YamlScalar scalar, TextProblem problem) =>
        bag.Add(new Diagnostic(
            problem.IsWarning ? Severity.Warning : Severity.Error,
            problem.Code,
            scalar.SpanOf(problem.Start, problem.Length),
            problem.Message,
            problem.Hint));
}
