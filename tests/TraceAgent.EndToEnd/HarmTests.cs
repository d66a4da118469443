using System.Diagnostics;

namespace TraceAgent.EndToEnd;

/// <summary>Programs that the kernel ends while they are probed: each is told, and a rule that may be why is suspended.</summary>
public sealed class HarmTests : IDisposable
{
    /// <summary>Between two starts, as a supervisor has it.</summary>
    private const int PauseMs = 50;

    private const int SegmentationFault = 128 + 11;
    private const string HarmfulKeys = "return_at: caller\n    unsafe: true";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void A_program_that_an_unsafe_return_ends_runs_again_when_its_rule_is_suspended(AttachMethod method)
    {
        var program = TracedProgram.Compile("fibers");
        using var agent = AgentProcess.Start(
            new AgentStart(method, Rules("rules.yaml", program, "Step")) { Socket = _workspace["socket"] });

        var ended = RunUntilWell(program);

        Assert.InRange(ended, 3, 30);
        agent.WaitForMessage($"program ended by SIGILL while probed by step: {program} (process ");
        agent.WaitForMessage("rule suspended: step: harm suspected: 3 processes of");
        var status = Command.OutputOf(Repository.Agent, "status", "--socket", _workspace["socket"]);
        Assert.Contains("step: harm suspected: 3 processes of", status, StringComparison.Ordinal);
        Assert.Contains("suspended", status, StringComparison.Ordinal);
        Assert.Contains(
            agent.Lines,
            line => line.Event == "agent" && line.Rule == "step" && line.Json.GetProperty("action").GetString() == "ended");
        Assert.Contains(
            agent.Lines,
            line => line.Event == "agent" && line.Rule == "step" && line.Json.GetProperty("action").GetString() == "suspended");
    }

    [Fact]
    public void A_rule_that_is_suspected_stays_off_until_it_changes()
    {
        var program = TracedProgram.Compile("fibers");
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules("rules.yaml", program, "Step"));
        RunUntilWell(program);
        agent.WaitForMessage("rule suspended: step: harm suspected");

        agent.Reload();
        agent.WaitForMessage("reloaded");
        Assert.Equal(1, agent.MessagesWith("rule attached: step"));

        _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("step", program, "Step", "args: 2")));
        agent.WaitForMessage("rule attached: step", 2);
        Assert.Equal("done", Command.OutputOf(program).Trim());
        agent.Stop();
        Assert.Equal(10, agent.Events("step").Count(line => line.Event == "entry"));
    }

    [Fact]
    public void The_youngest_rule_is_suspected_also_when_it_probes_a_library_and_older_ones_stay()
    {
        var library = TracedProgram.Compile("fibers", "-shared", "-fPIC", "-DLIBRARY");
        var program = TracedProgram.Compile(
            "fibers", "-DONLY_MAIN", "-Wl,--no-as-needed", library, $"-Wl,-rpath,{Path.GetDirectoryName(library)}");
        var rules = _workspace.Folder("rules.d");
        _workspace.Write("rules.d/older.yaml", RuleText.File(RuleText.Rule("older", program, "Begin", "args: 1")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);

        // Rules that come within a second are taken for one change.
        Thread.Sleep(TimeSpan.FromSeconds(1.5));
        _ = Rules("rules.d/younger.yaml", library, "Step");
        agent.WaitForMessage("rule attached: step");
        RunUntilWell(program);

        agent.WaitForMessage("rule suspended: step: harm suspected");
        agent.WaitForMessage("while probed by step, older");
        Assert.Equal(0, agent.MessagesWith("rule suspended: older"));
        var calls = agent.Events("older").Count;
        Assert.Equal("done", Command.OutputOf(program).Trim());
        agent.WaitForEvents("older", calls + 1);
    }

    [Fact]
    public void A_program_that_crashes_by_itself_now_and_then_suspends_nothing()
    {
        var program = TracedProgram.Compile("crashes");
        using var agent = AgentProcess.Start(
            AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("work", program, "Work", "args: 1"))));
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal(SegmentationFault, Run(program, "crash"));
            Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(0, Run(program, "well")));
        }

        agent.WaitForMessage("program ended by SIGSEGV while probed by work", 5);
        agent.Stop();
        Assert.Equal(0, agent.MessagesWith("suspended"));
        Assert.Equal(5 + 5 + 15, agent.Totals("work").Logged);
    }

    [Fact]
    public void A_handler_that_ends_its_program_is_told_and_one_that_repairs_it_is_not()
    {
        var program = TracedProgram.Compile("crashes");
        using var agent = AgentProcess.Start(
            AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("work", program, "Work", "args: 1"))));

        Assert.Equal(0, Run(program, "repaired"));
        Assert.Equal(SegmentationFault, Run(program, "killed"));
        Assert.Equal(128 + 6, Run(program, "aborted"));

        agent.WaitForMessage("program ended by SIGSEGV while probed by work");
        agent.Stop();
        Assert.Equal(1, agent.MessagesWith("program ended"));
    }

    private string Rules(string path, string binary, string symbol) =>
        _workspace.Write(path, RuleText.File(RuleText.Rule("step", binary, symbol, "args: 2", "on: call", HarmfulKeys)));

    /// <summary>How often it did not end well before it did five times one after the other.</summary>
    private static int RunUntilWell(string program)
    {
        var ended = 0;
        for (var well = 0; well < 5;)
        {
            Thread.Sleep(PauseMs);
            well = Run(program) == 0 ? well + 1 : 0;
            ended += well == 0 ? 1 : 0;
            Assert.True(ended < 200, "it is ended again and again");
        }

        return ended;
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        Assert.True(process.WaitForExit(Eventually.Deadline), $"{program} does not end");
        return process.ExitCode;
    }
}
