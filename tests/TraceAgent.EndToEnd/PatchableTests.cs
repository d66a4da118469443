namespace TraceAgent.EndToEnd;

/// <summary>A 5-byte NOP at an entry, where what kernels from 6.18 on make of it would do harm.</summary>
public sealed class PatchableTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void A_program_whose_functions_begin_with_a_five_byte_nop_does_what_it_does_without(AttachMethod method)
    {
        var program = TracedProgram.Compile("patchable");
        var plain = Command.Run(program);
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(
            [.. ((string[])["Doubled", "Summed"]).Select(symbol => RuleText.Rule(
                symbol.ToLowerInvariant(),
                program, symbol, "args: [n: int64]", "ret: int64", "on: call", "budget: none", "format: '{symbol} {n} = {ret}'"))])));

        var probed = Command.Run(program);

        Assert.Equal((3, plain.Output), (probed.ExitCode, probed.Output));
        agent.Stop();
        var lines = plain.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Where(line => line.StartsWith("Doubled", StringComparison.Ordinal)), agent.Events("doubled")
            .Select(line => line.Message));
        Assert.Equal(["Summed 5 = 10"], agent.Events("summed").Select(line => line.Message));
    }
}
