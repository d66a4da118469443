using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Targets;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Evaluation;

/// <summary>The rules of one file as they resolve on this host.</summary>
/// <param name="File">The file.</param>
/// <param name="Probes">The rules with their probes, in the order of the file.</param>
/// <param name="Filters">The packet rules with their lists, in the order of the file.</param>
/// <param name="WatchedNames">The names of files whose appearance would change this.</param>
public sealed record ResolvedFile(
    RuleFile File, IReadOnlyList<Resolution> Probes, IReadOnlyList<FilterResolution> Filters, IReadOnlyList<WatchedName> WatchedNames)
{
    /// <summary>The rules whose target is missing, and what they wait for.</summary>
    public IEnumerable<(Rule Rule, string Missing)> Pending =>
        Probes.Where(one => one.Missing is not null).Select(one => (one.Rule, one.Missing!));

    /// <summary>The diagnostics of binaries and lists, with the text that they point into.</summary>
    public IEnumerable<(Diagnostic Diagnostic, SourceText Source)> Diagnostics =>
    [
        .. Probes.SelectMany(one => one.Diagnostics).Select(diagnostic => (diagnostic, File.Source)),
        .. Filters.SelectMany(one => one.Diagnostics).Select(one => (one.Diagnostic, one.Source ?? File.Source)),
    ];
}
