using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;

namespace TraceAgent.EndToEnd;

/// <summary>Breakpoints are in the memory of processes while a rule is attached, never in files, and gone with the agent.</summary>
public sealed class BreakpointTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(AttachMethod.Multi, false)]
    [InlineData(AttachMethod.Multi, true)]
    [InlineData(AttachMethod.Perf, false)]
    [InlineData(AttachMethod.Perf, true)]
    public void A_life_of_the_agent_leaves_files_and_texts_as_they_were(AttachMethod method, bool isKilled)
    {
        var program = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var running = TracedProgram.Start(program);
        running.Ask("0");
        var (file, text) = (HashOf(program), TextOf(running.Pid, program));
        using var agent = AgentProcess.Start(
            method, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("tick", program, "Tick", "on: call", "args: 1"))));
        running.Ask("10");
        agent.WaitForEvents("tick", 10);

        Assert.Equal(file, HashOf(program));
        Assert.NotEqual(text, TextOf(running.Pid, program));
        using (var later = TracedProgram.Start(program))
        {
            later.Ask("1");
            Assert.NotEqual(text, TextOf(later.Pid, program));
        }

        if (isKilled)
        {
            agent.Kill();
        }
        else
        {
            agent.Stop();
        }

        Assert.Equal(file, HashOf(program));
        Eventually.True(() => text == TextOf(running.Pid, program), "the text as it was");
        using var after = TracedProgram.Start(program);
        after.Ask("1");
        Assert.Equal(text, TextOf(after.Pid, program));
        Assert.Equal("11", running.Ask("1"));
    }

    [Fact]
    public void A_debugger_at_a_process_of_the_probed_file_is_warned_of()
    {
        var program = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var running = TracedProgram.Start(program);
        running.Ask("0");
        using var tracer = Process.Start(
            new ProcessStartInfo("strace", ["-qq", "-e", "trace=none", "-o", _workspace["strace"], "-p", $"{running.Pid}"]))!;
        Eventually.True(
            () => File.ReadAllText($"/proc/{running.Pid}/status").Contains($"TracerPid:\t{tracer.Id}\n", StringComparison.Ordinal),
            "the tracer to be attached");
        using var agent = AgentProcess.Start(
            AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("tick", program, "Tick"))));

        agent.WaitForMessage($"rule tick: process {running.Pid} is traced by process {tracer.Id}");

        agent.Stop();
        tracer.Kill();
    }

    [Theory]
    [InlineData("--use-largepages=on", 1)]
    [InlineData("--use-largepages=off", 0)]
    public void A_program_that_moves_its_text_to_large_pages_is_warned_of(string option, int warnings)
    {
        var program = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        using var running = TracedProgram.Start(program, option);
        using var other = TracedProgram.Start("/bin/sleep", "60", option);
        running.Ask("0");
        using var agent = AgentProcess.Start(
            AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("tick", program, "Tick"))));
        agent.WaitForMessage("ready");

        Assert.Equal(warnings, agent.MessagesWith("runs with --use-largepages"));
        Assert.Equal(warnings, agent.MessagesWith($"process {running.Pid} runs with"));
        agent.Stop();
    }

    private static string HashOf(string path) => Convert.ToHexStringLower(XxHash128.Hash(File.ReadAllBytes(path)));

    /// <summary>The hash of the executable memory that is mapped from a file.</summary>
    private static string TextOf(int pid, string path)
    {
        var hash = new XxHash128();
        using var memory = File.OpenHandle($"/proc/{pid}/mem");
        foreach (var line in File.ReadLines($"/proc/{pid}/maps")
            .Where(line => line.EndsWith(path, StringComparison.Ordinal) && line.Contains(" r-xp ", StringComparison.Ordinal)))
        {
            var range = line.Split(' ')[0].Split('-')
                .Select(address => long.Parse(address, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
                .ToArray();
            var bytes = new byte[range[1] - range[0]];
            Assert.Equal(bytes.Length, RandomAccess.Read(memory, bytes, range[0]));
            hash.Append(bytes);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
