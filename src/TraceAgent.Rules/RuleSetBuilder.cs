using TraceAgent.Capture;

namespace TraceAgent.Rules;

/// <summary>Puts files together: names must be unique over all of them.</summary>
public static class RuleSetBuilder
{
    /// <param name="files">Each path once; of two rules with one name, the later file's is wrong.</param>
    public static RuleSet Build(IReadOnlyList<RuleFile> files)
    {
        var rules = new List<Rule>();
        var packets = new List<PacketRule>();
        var firsts = new Dictionary<string, SourceSpan>();
        var diagnostics = new Dictionary<string, EquatableArray<Diagnostic>>();
        foreach (var file in files)
        {
            var own = file.Diagnostics.ToList();
            var taken = new HashSet<string>();
            foreach (var name in file.Names)
            {
                if (!firsts.TryAdd(name.Value, name.At))
                {
                    taken.Add(name.Value);
                    own.Add(DuplicateName.Of(name, firsts[name.Value]));
                }
            }

            rules.AddRange(file.Rules.Where(r => !taken.Contains(r.Name.Value)));
            packets.AddRange(file.Packets.Where(r => !taken.Contains(r.Name.Value)));
            if (own.Count > 0)
            {
                diagnostics[file.Path] = own.OrderBy(d => d.At.Line).ThenBy(d => d.At.Column).ToEquatableArray();
            }
        }

        return new RuleSet(rules.ToEquatableArray(), diagnostics) { Packets = packets.ToEquatableArray() };
    }
}
