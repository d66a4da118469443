using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.Resolving;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;
using TraceAgent.Symbols;

namespace TraceAgent.Engine.Tests.Reconciling;

/// <summary>Rules as their files say them, and probes as if their binaries existed.</summary>
internal static class Given
{
    public static RuleFile File(string path, string text) =>
        RuleFileReader.Read(path, "/srv/shop", Encoding.UTF8.GetBytes(text));

    public static Rule Rule(string text)
    {
        var file = File("rules.yaml", $"rules:\n  - {{{text}}}\n");
        Assert.False(file.HasErrors, string.Join('\n', file.Diagnostics));
        return file.Rules[0];
    }

    /// <summary>What the rule finds in the file with this inode.</summary>
    public static Probe Probe(Rule rule, ulong inode = 1, ulong site = 0x1100, SiteAbi? abi = null) =>
        new([Part(rule, abi ?? CSiteAbi.X64, File(inode, site))]);

    public static ProbePart Part(Rule rule, SiteAbi abi, params ProbeFile[] files) =>
        new(BoundRule.Of(rule, abi), files.ToEquatableArray());

    public static ProbeFile File(ulong inode, params ulong[] sites) => new(
        "/srv/shop/bin/shop",
        new FileIdentity(8, 1, inode, 16_000, 1_700_000_000_000_000_000),
        sites.Select(site => new ProbeSite(site, site, "AddNum", 0)).ToEquatableArray());

    public static RuleProbe Desired(Rule rule, ulong inode = 1, ulong site = 0x1100) => new(rule, Probe(rule, inode, site));

    /// <summary>What is held when the step has been carried out.</summary>
    public static void Apply(ReconcileStep step, Dictionary<string, RuleProbe> held)
    {
        switch (step)
        {
            case ReconcileStep.Attach(var rule, var probe):
                held.Add(rule.Name.Value, new RuleProbe(rule, probe));
                break;
            case ReconcileStep.Replace(var rule, var probe):
                Assert.True(held.ContainsKey(rule.Name.Value), $"there is no {rule.Name.Value} to replace");
                held[rule.Name.Value] = new RuleProbe(rule, probe);
                break;
            case ReconcileStep.Extend(var rule, var more):
                var before = held[rule.Name.Value].Parts;
                Assert.All(before, part => Assert.Equal(part.Plan, BoundRule.Of(rule, part.Abi).Plan));
                var known = before.SelectMany(part => part.Files).Select(file => file.Identity).ToHashSet();
                Assert.All(more.Files, file => Assert.DoesNotContain(file.Identity, known));
                held[rule.Name.Value] = new RuleProbe(rule, TraceAgent.Engine.Resolving.Probe.Of(before.Concat(more.Parts)));
                break;
            case ReconcileStep.Reshape(var rule):
                Assert.All(held[rule.Name.Value].Parts, part => Assert.Equal(part.Plan, BoundRule.Of(rule, part.Abi).Plan));
                held[rule.Name.Value] = held[rule.Name.Value] with { Rule = rule };
                break;
            case ReconcileStep.Detach(var name):
                Assert.True(held.Remove(name), $"there is no {name} to detach");
                break;
        }
    }
}
