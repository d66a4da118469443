using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Targets;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Evaluation;

/// <summary>
/// Finds what the rules of a file mean on this host, and everything that is wrong with them, for a running agent and for
/// <c>check</c>.
/// </summary>
/// <param name="resolver">Finds the places in binaries.</param>
/// <param name="prefixes">Reads the lists of packet rules.</param>
/// <param name="outputs">The names of outputs; null when they do not matter.</param>
public sealed class RuleFileEvaluator(ProbeResolver resolver, PrefixSource prefixes, Func<IReadOnlyList<string>?>? outputs = null)
{
    /// <summary>Resolves the rules of a file.</summary>
    public ResolvedFile Resolve(RuleFile file)
    {
        resolver.Prepare(file.Rules);
        return new ResolvedFile(
            file,
            [.. file.Rules.Select(resolver.Resolve)],
            [.. file.Packets.Select(prefixes.Resolve)],
            [
                .. file.Rules.SelectMany(rule => resolver.FilesOf(rule).WatchedNames),
                .. file.Packets.SelectMany(rule => (Located<string>?[])[rule.DenyFile, rule.AllowFile])
                    .OfType<Located<string>>().Select(list => WatchedName.Of(list.Value)),
            ]);
    }

    /// <summary>
    /// Finds the file's own diagnostics, names that other files have, refusals of its binaries, and unknown outputs; in order.
    /// </summary>
    /// <param name="file">The file as it was read.</param>
    /// <param name="taken">The names of rules in other files.</param>
    public List<Diagnostic> Validate(RuleFile file, RuleNames taken)
    {
        var found = taken.Validate(file, out _).ToList();
        resolver.Prepare(file.Rules);
        foreach (var rule in file.Rules)
        {
            found.AddRange(resolver.Resolve(rule).Diagnostics);
        }

        foreach (var place in file.Places)
        {
            found.AddRange(resolver.Resolve(place).Diagnostics.Where(d => d.Severity == Severity.Error));
        }

        found.AddRange(UnknownOutputs(file));
        return [.. found.OrderBy(d => d.At.Line).ThenBy(d => d.At.Column)];
    }

    /// <summary>An error for each rule that names an output which does not exist.</summary>
    public IEnumerable<Diagnostic> UnknownOutputs(RuleFile file)
    {
        var names = outputs?.Invoke();
        return file.Rules.Concat(file.Places).Select(rule => rule.Output).Concat(file.Packets.Select(rule => rule.Output))
            .Select(output => OutputName.Problem(output, names)).OfType<Diagnostic>();
    }
}
