using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd;

/// <summary>
/// No update of a restartable sequence goes missing, wherever in its function a rule asks for a probe; the program counts.
/// </summary>
public sealed partial class RestartableTests : IDisposable
{
    private const int Rounds = 4000;
    private const int Threads = 6;
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("-DDESCRIPTORS=__rseq_cs")]
    [InlineData("-DDESCRIPTORS=.data.rel.ro")]
    public void Every_place_around_a_sequence_that_is_let_through_loses_no_update(string descriptors)
    {
        var program = TracedProgram.Compile("restartable", "-O2", descriptors, "-lpthread");
        Assert.Equal("missing 0", Command.OutputOf(program, $"{Rounds}").Trim());
        var places = Line().Matches(Command.OutputOf("objdump", "-d", "--no-show-raw-insn", "--disassemble=CountUp", program))
            .Select(match => match.Groups[1].Value).ToList();
        var rules = _workspace.Write("rules.yaml", "rules:\n" + string.Concat(places.Select(
            place => $"  - {{name: at-{place}, binary: {program}, offset: 0x{place}, format: hit, sample: 1/100, budget: none}}\n")));
        var configuration = _workspace.Write("agent.yaml", "defaults: {total_budget: none}\n");
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules, "--config", configuration);
        var refused = agent.MessagesWith("TA270");
        Assert.InRange(refused, 4, 12);

        Assert.Equal("missing 0", Command.OutputOf(program, $"{Rounds}").Trim());

        agent.Stop();
        var entry = places.Min(place => ulong.Parse(place, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(Rounds * Threads, agent.Totals($"at-{entry:x}").Calls);
    }

    [GeneratedRegex(@"^ +([0-9a-f]+):\t", RegexOptions.Multiline)]
    private static partial Regex Line();
}
