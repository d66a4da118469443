using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Evaluation;

/// <summary>Checks the output that a rule names.</summary>
public static class OutputName
{
    /// <summary>The error; null when nothing is wrong.</summary>
    /// <param name="output">The output as a rule names it; null when it names none.</param>
    /// <param name="names">The names of the outputs; null when they do not matter.</param>
    public static Diagnostic? Problem(Located<string>? output, IReadOnlyList<string>? names)
    {
        if (names is null || output is null || names.Contains(output.Value))
        {
            return null;
        }

        var hint = (Suggestion.Nearest(output.Value, names), names.Count) switch
        {
            ({ } near, _) => $"did you mean '{near}'?",
            (_, 0) => "give one of 'outputs' in the agent configuration a 'name'",
            _ => $"names in the agent configuration: {string.Join(", ", names)}",
        };
        return Diagnostic.Error(DiagnosticCode.UnknownOutput, output.At, $"no output is called '{output.Value}'", hint);
    }
}
