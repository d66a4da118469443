using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Files;

/// <summary>The rules of all files together.</summary>
/// <param name="Rules">
/// The rules in the order of the files, then of each file. Where a name stands in two files, only the first rule.
/// </param>
/// <param name="Diagnostics">
/// The diagnostics by the path of the file: each file's own, and those that come from another file. Files without any are left
/// out.
/// </param>
public sealed record RuleSet(EquatableArray<Rule> Rules, IReadOnlyDictionary<string, EquatableArray<Diagnostic>> Diagnostics)
{
    /// <summary>The packet rules, in the same order as <see cref="Rules"/>.</summary>
    public EquatableArray<PacketRule> Packets { get; init; }

    public bool HasErrors => Diagnostics.Values.Any(list => list.Any(d => d.Severity == Severity.Error));
}
