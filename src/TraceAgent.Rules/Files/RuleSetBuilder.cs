using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Files;

/// <summary>Puts files together: names must be unique over all of them.</summary>
public static class RuleSetBuilder
{
    /// <param name="files">Each path once; of two rules with one name, the later file's is wrong.</param>
    public static RuleSet Build(IReadOnlyList<RuleFile> files)
    {
        var rules = new List<Rule>();
        var packets = new List<PacketRule>();
        var names = new RuleNames();
        var diagnostics = new Dictionary<string, EquatableArray<Diagnostic>>();
        foreach (var file in files)
        {
            var found = names.Validate(file, out var taken);
            names.Add(file);
            rules.AddRange(file.Rules.Where(r => !taken.Contains(r.Name.Value)));
            packets.AddRange(file.Packets.Where(r => !taken.Contains(r.Name.Value)));
            if (found.Count > 0)
            {
                diagnostics[file.Path] = found.ToEquatableArray();
            }
        }

        return new RuleSet(rules.ToEquatableArray(), diagnostics) { Packets = packets.ToEquatableArray() };
    }
}
