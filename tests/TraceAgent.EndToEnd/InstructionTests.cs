using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>
/// Instructions by the dozen, probed on this kernel where the agent lets them: they compute the same, and each is heard of.
/// </summary>
public sealed class InstructionTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void What_the_agent_lets_through_computes_the_same_and_fires(AttachMethod method)
    {
        var program = TracedProgram.Compile("instructions", "-no-pie");
        var places = Command.OutputOf("nm", program).Split('\n').Select(line => line.Split(' '))
            .Where(symbol => symbol.Length == 3 && symbol[2].StartsWith("p_", StringComparison.Ordinal))
            .Select(symbol => (Name: symbol[2][2..], Address: symbol[0].TrimStart('0'))).ToList();
        var expected = Command.OutputOf(program);
        var ran = expected.Split('\n').Select(line => line.Split(' ')[0]).ToHashSet();
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File([.. places.Select(place =>
            string.Create(CultureInfo.InvariantCulture, $"  - {{name: {place.Name.Replace('_', '-')}, binary: {program}, offset: " +
                $"0x{place.Address}, budget: none}}\n"))])));

        var probed = Command.OutputOf(program);

        agent.Stop();
        Assert.Equal(expected, probed);
        var attached = places.Where(place => agent.MessagesWith($"attached: {place.Name.Replace('_', '-')} at") > 0)
            .Select(place => place.Name).ToList();
        Assert.All(attached.Where(ran.Contains), name =>
            Assert.True(agent.Totals(name.Replace('_', '-')).Calls >= 3, $"{name} was probed and did not fire"));
        Assert.True(attached.Count > 40
            && places.Count - attached.Count > 20, $"{attached.Count} of {places.Count} were probed: the test did not test");
    }
}
