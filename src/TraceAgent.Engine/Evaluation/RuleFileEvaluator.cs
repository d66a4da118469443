using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Evaluation;

/// <summary>Finds everything that is wrong with a rule file on this host, for a running agent and for <c>check</c>.</summary>
/// <param name="resolver">Finds the places in binaries.</param>
/// <param name="outputs">The names of outputs; null when they do not matter.</param>
public sealed class RuleFileEvaluator(ProbeResolver resolver, Func<IReadOnlyList<string>?>? outputs = null)
{
    /// <summary>
    /// Finds the file's own diagnostics, names that other files have, refusals of its binaries, and unknown outputs; in order.
    /// </summary>
    /// <param name="file">The file as it was read.</param>
    /// <param name="taken">The names of rules in other files.</param>
    public List<Diagnostic> Judge(RuleFile file, RuleNames taken)
    {
        var found = taken.Judge(file, out _).ToList();
        foreach (var rule in file.Rules)
        {
            found.AddRange(resolver.Resolve(rule).Diagnostics);
        }

        foreach (var place in file.Places)
        {
            found.AddRange(resolver.Resolve(place).Diagnostics.Where(d => d.Severity == Severity.Error));
        }

        var names = outputs?.Invoke();
        found.AddRange(file.Rules.Concat(file.Places).Select(rule => rule.Output).Concat(file.Packets.Select(rule => rule.Output))
            .Select(output => OutputName.Problem(output, names)).OfType<Diagnostic>());
        return [.. found.OrderBy(d => d.At.Line).ThenBy(d => d.At.Column)];
    }
}
