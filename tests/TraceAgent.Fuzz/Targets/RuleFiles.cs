using TraceAgent.Bpf.Compiler;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;
using TraceAgent.Rules.Tests;

namespace TraceAgent.Fuzz.Targets;

/// <summary>The text of a rule file: mistakes are said at their place, and what is accepted can be compiled and shown.</summary>
internal sealed class RuleFiles : FuzzTarget
{
    private static readonly byte[][] Seeds =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Cases"), "*.yaml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static readonly string[] Words =
    [
        "rules: ", "name: ", "binary: ",
        "symbol: ", "offset: ", "args: ", "signature: ", "capture: ", "when: ", "on: ", "ret: ", "format: ", "redact: ", "limit: ",
        "sample: ", "ttl: ", "budget: ", "level: ", "labels: ", "target: ", "process: ", "pid: ", "cgroup: ", "user: ",
        "container: ", "lib.so.1", "call", "both", "return", "entry", "12", "bytes(ret)", "bytes(n, 4096)", "string(4096)", "sockaddr",
        "errno", "enum {0: a}", "{arg1}",
        "{ret}", "{duration:ms}", "{cgroup}", "{uid,-9:x}", "arg1", "duration", "*(int32*)(arg1 + 4)", " == ", "'x*'", " ~ ", "&a ",
        "packets: ", "interface: ", "eth0",
        "count: {}", "deny: ", "allow: ", "deny_file: ", "[10.0.0.0/8, ", "::/0", "unsafe: ", "{source}", "{packets:x}", "every: ", "1s",
        "*a", "<<: ", "? ", "- ", "\n  - ", "\n    ", "true", "on", "~", "null", "1e9", "0x", "...", "---\n", "%YAML 1.1\n",
    ];

    private static readonly ProbeBinding Binding = new()
    {
        Slot = 1,
        Limiter = 1,
        Waits = PageWaits.Unbound,
        Self = 2,
        Ring = 3,
        Control = 4,
        Counters = 5,
        Marks = 6,
        InFlight = 7,
    };

    public override byte[] Make(Random random) => random.Next(12) switch
    {
        0 => Mutation.Noise(random, 200),
        1 => [.. "rules: [{name: a, binary: /b, symbol: f, "u8, .. System.Text.Encoding.UTF8.GetBytes(
            Mutation.Words(random, Words, 12)), .. "}]"u8],
        _ => Mutation.Of(random, random.Pick(Seeds), Words),
    };

    public override void Check(byte[] input)
    {
        var file = RuleFileReader.Read("x.yaml", "/srv", input);
        DiagnosticPlaces.AssertInside(file.Diagnostics, file.Source);
        foreach (var rule in file.HasErrors ? [] : file.Packets)
        {
            foreach (var kind in Enum.GetValues<PacketEventKind>())
            {
                new PacketEvent(rule, kind, 0, new PacketSubject(null, 1), default).AppendMessage(new LineBuffer());
            }
        }

        foreach (var rule in file.HasErrors ? [] : file.Rules)
        {
            AssertWorks(rule, CSiteAbi.X64);
            AssertWorks(rule, new CSiteAbi(Architecture.Arm64));
            AssertWorks(rule, new GoSiteAbi(Architecture.X64, PassesInRegisters: true));
        }
    }

    private static void AssertWorks(Rule rule, SiteAbi abi)
    {
        var bound = BoundRule.Of(rule, abi);
        if (bound.Problems.Count > 0)
        {
            // Said to the operator with the site: results beyond the registers of C, arguments beyond those of Go.
            return;
        }

        Assert.Equal(bound.Plan, BoundRule.Of(rule, abi).Plan);
        EventShape.Of(rule, bound, [SiteName.Of("f", "/b")]);
        try
        {
            ProbeCompiler.Compile(bound.Plan, Binding);
        }
        catch (ArgumentException tooLarge) when (tooLarge.Message.Contains("stack", StringComparison.Ordinal)
            || tooLarge.Message.Contains("possible", StringComparison.Ordinal))
        {
            // Said to the operator with the rule's name.
        }
    }
}
