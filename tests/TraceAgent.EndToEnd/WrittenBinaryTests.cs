using System.Diagnostics;

namespace TraceAgent.EndToEnd;

/// <summary>A binary that is being written is not looked at before its writer pauses.</summary>
public sealed class WrittenBinaryTests : IDisposable
{
    private const int Pieces = 60;

    /// <summary>The agent takes a file for whole when it was quiet for 100 ms: with pauses near that, a round says nothing.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(70);
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_probed_binary_that_is_being_written_is_attached_again_once_and_at_its_end()
    {
        var target = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("tick", target, "Tick", "args: 2", "on: call")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);
        var content = File.ReadAllBytes(TracedProgram.Compile("ticker", "-DSHIFTED", "-DFACTOR=4"));
        var rounds = 0;
        IReadOnlyList<string> reported;
        while (!WriteSlowly(agent, target, content, out reported))
        {
            Assert.True(rounds++ < 20, "this machine is too busy to write without pauses");
        }

        // From the first piece to the last: it was taken off, and nothing else.
        Assert.All(reported, message => Assert.Contains("was overwritten in place", message, StringComparison.Ordinal));
        using var program = TracedProgram.Start(target);
        Eventually.True(
            () =>
            {
                program.Ask("1");
                return agent.Events("tick").Count > 0;
            },
            "the written binary to be traced",
            agent.Dump);
        Assert.Equal(0, agent.MessagesWith("rejected"));
        agent.Stop();
        Assert.All(agent.Events("tick"), line => Assert.Equal(4 * line.Arg(1), line.Ret));
        program.Finish();
    }

    [Fact]
    public void A_probed_binary_that_is_written_with_its_old_time_and_size_is_detached_and_attached_as_it_is_now()
    {
        var target = _workspace.Install(TracedProgram.Compile("ticker", "-DFACTOR=3"), "ticker");
        var time = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(target, time);
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("tick", target, "Tick", "args: 2", "on: call")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);

        var other = File.ReadAllBytes(TracedProgram.Compile("ticker", "-DFACTOR=4"));
        Assert.Equal(new FileInfo(target).Length, other.Length);
        Command.OutputOf("dd", $"if={TracedProgram.Compile("ticker", "-DFACTOR=4")}", $"of={target}", "conv=notrunc", "status=none");
        File.SetLastWriteTimeUtc(target, time);

        agent.WaitForMessage("overwritten in place");
        agent.WaitForMessage("rule attached: tick", 2);
        using var program = TracedProgram.Start(target);
        program.Ask("5");
        Assert.All(agent.WaitForEvents("tick", 5), line => Assert.Equal(4 * line.Arg(1), line.Ret));
        agent.Stop();
        program.Finish();
    }

    /// <summary>False when there was a pause that the agent may take for the end.</summary>
    private static bool WriteSlowly(AgentProcess agent, string target, byte[] content, out IReadOnlyList<string> reported)
    {
        // What an earlier round led to is over.
        var quiet = agent.Messages.Count;
        do
        {
            quiet = agent.Messages.Count;
            Thread.Sleep(500);
        }
        while (agent.Messages.Count > quiet);

        using var file = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var longest = TimeSpan.Zero;
        var piece = (content.Length / Pieces) + 1;
        var clock = Stopwatch.StartNew();
        for (var at = 0; at < content.Length; at += piece)
        {
            file.Write(content.AsSpan(at, Math.Min(piece, content.Length - at)));
            Thread.Sleep(15);
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            clock.Restart();
        }

        reported = [.. agent.Messages.Skip(quiet)];
        return longest < LongestPause;
    }
}
