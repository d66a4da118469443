using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace TraceAgent.EndToEnd;

/// <summary>What nothing announces is found when the agent looks by itself, every 2 s.</summary>
public sealed class UnannouncedTests : IDisposable
{
    /// <summary>Two looks and a busy machine; less than the 30 s after which everything is evaluated again.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void An_edit_of_what_a_link_in_the_folder_of_rules_leads_to_is_active_soon()
    {
        var program = TracedProgram.Compile("ticker");
        var folder = _workspace.Folder("rules");
        _workspace.Folder("elsewhere");
        File.CreateSymbolicLink(_workspace["rules/a.yaml"], _workspace.Write("elsewhere/a.yaml", Tick(program, "first")));
        using var ticker = TracedProgram.Start(program);
        using var agent = AgentProcess.Start(AttachMethod.Multi, folder);
        CallUntil(agent, ticker, "first");

        foreach (var text in new[] { "second", "third" })
        {
            // Until the files are so old that any change shows in their times, everything is evaluated at each look.
            Thread.Sleep(TimeSpan.FromSeconds(5));
            var changed = Stopwatch.StartNew();
            _workspace.Overwrite("elsewhere/a.yaml", Tick(program, text));
            CallUntil(agent, ticker, text);
            Assert.InRange(changed.Elapsed, TimeSpan.Zero, Limit);
        }

        agent.Stop();
    }

    [Fact]
    public void A_link_above_the_binary_that_leads_elsewhere_is_followed_soon()
    {
        foreach (var release in new[] { "1", "2", "3" })
        {
            _workspace.Folder(release);
            _workspace.Install(TracedProgram.Compile("ticker", $"-DFACTOR={release}"), $"{release}/ticker");
        }

        File.CreateSymbolicLink(_workspace["current"], "1");
        var path = _workspace["current/ticker"];
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", Tick(path, "here")));
        foreach (var release in new[] { "2", "3" })
        {
            Thread.Sleep(TimeSpan.FromSeconds(5));
            var changed = Stopwatch.StartNew();
            File.CreateSymbolicLink(_workspace["next"], release);
            Command.OutputOf("mv", "-T", _workspace["next"], _workspace["current"]);
            using var ticker = TracedProgram.Start(path);
            var before = agent.Events("tick").Count;
            Eventually.True(
                () =>
                {
                    ticker.Ask("1");
                    return agent.Events("tick").Count > before;
                },
                $"a call of release {release}",
                agent.Dump);
            Assert.InRange(changed.Elapsed, TimeSpan.Zero, Limit);
        }

        agent.Stop();
    }

    [Fact]
    public void A_binary_that_is_written_to_through_a_mapping_is_detached_soon()
    {
        var path = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", Tick(path, "here")));
        Thread.Sleep(TimeSpan.FromSeconds(5));

        var changed = Stopwatch.StartNew();
        using (var mapping = MemoryMappedFile.CreateFromFile(path, FileMode.Open))
        using (var bytes = mapping.CreateViewAccessor())
        {
            // The padding of the ELF header's identification.
            bytes.Write(12, (byte)1);
            bytes.Flush();
        }

        agent.WaitForMessage("overwritten");
        Assert.InRange(changed.Elapsed, TimeSpan.Zero, Limit);
        agent.Stop();
    }

    [Fact]
    public void What_no_state_of_a_file_shows_is_found_within_half_a_minute()
    {
        const int watched = 1024;
        var folders = Enumerable.Range(0, watched + 1).Select(i => _workspace.Folder($"releases/{i:0000}")).ToList();
        using var agent = AgentProcess.Start(
            AttachMethod.Multi, _workspace.Write("rules.yaml", Tick(_workspace["releases/*/ticker"], "here")));
        Thread.Sleep(TimeSpan.FromSeconds(5));

        var added = Stopwatch.StartNew();
        _workspace.Install(TracedProgram.Compile("ticker"), $"releases/{watched:0000}/ticker");

        agent.WaitForMessage("attached");
        Assert.InRange(added.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30) + Limit);
        using var ticker = TracedProgram.Start(Path.Combine(folders[^1], "ticker"));
        CallUntil(agent, ticker, "here");
        agent.Stop();
    }

    private static string Tick(string program, string message) =>
        RuleText.File(RuleText.Rule("tick", program, "Tick", "args: 1", $"format: '{message}'"));

    private static void CallUntil(AgentProcess agent, TracedProgram ticker, string message) => Eventually.True(
        () =>
        {
            ticker.Ask("1");
            return agent.Events("tick").Any(line => line.Message == message);
        },
        $"'{message}'",
        agent.Dump);
}
