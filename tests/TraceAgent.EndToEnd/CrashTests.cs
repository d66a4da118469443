using System.Runtime.InteropServices;

namespace TraceAgent.EndToEnd;

/// <summary>After an abnormal end, the rule file that changed last is held back until it changes, and <c>status</c> says so.</summary>
public sealed partial class CrashTests : IDisposable
{
    /// <summary>What systemd sends to a service that its watchdog has given up.</summary>
    private const int Abort = 6;
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    public CrashTests()
    {
        _workspace.Folder("rules");
        Rule("old");
        Thread.Sleep(20);
        Rule("young");
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void After_a_crash_the_file_that_changed_last_waits_for_its_next_change_and_status_says_so()
    {
        using (var first = Start())
        {
            first.WaitForMessage("rule attached", 2);
            Assert.Equal(0, kill(first.Pid, Abort));
            first.AssertEnds(128 + Abort);
        }

        using var second = Start();
        second.WaitForMessage("rule attached: old");
        Assert.Equal(1, second.MessagesWith("young.yaml is not attached until it changes"));
        Assert.Equal(0, second.MessagesWith("rule attached: young"));
        var status = Command.OutputOf(Repository.Agent, "status", "--socket", _workspace["agent.sock"]);
        Assert.Contains("young.yaml:1:1: TA161: held back: the agent did not end by itself at ", status, StringComparison.Ordinal);
        Assert.Contains(
            "rejected",
            status.Split('\n').First(line => line.StartsWith("young", StringComparison.Ordinal)),
            StringComparison.Ordinal);

        // A good end does not lift it, a change does.
        second.Stop();
        using var third = Start();
        Assert.Equal(0, third.MessagesWith("did not end by itself, about"));
        Assert.Equal(0, third.MessagesWith("rule attached: young"));
        Rule("young", "format: other");
        third.WaitForMessage("rule attached: young");
        third.Stop();
        using var fourth = Start();
        fourth.WaitForMessage("rule attached", 2);
        fourth.Stop();
    }

    [Fact]
    public void A_loop_of_crashes_ends_with_the_files_that_changed_one_after_the_other()
    {
        foreach (var attached in (int[])[2, 1, 0])
        {
            using var agent = Start();
            agent.WaitForMessage($"{attached} rule{(attached == 1 ? "" : "s")} attached, ");
            agent.Kill();
        }

        using var last = Start();
        last.WaitForMessage("0 rules attached, ");
        last.Stop();
    }

    [Fact]
    public void A_stop_a_reload_and_a_run_without_a_folder_hold_nothing_back()
    {
        using (var agent = Start())
        {
            agent.Reload();
            agent.WaitForMessage("reload");
            agent.Stop();
        }

        using (var agent = Start())
        {
            agent.WaitForMessage("rule attached", 2);
            agent.Interrupt();
            agent.AssertEnds(0);
        }

        using (var agent = Start("none"))
        {
            agent.WaitForMessage("rule attached", 2);
            agent.Kill();
        }

        using (var agent = Start("none"))
        {
            agent.WaitForMessage("rule attached", 2);
            agent.Stop();
        }
    }

    [Fact]
    public void The_folder_that_systemd_gives_is_taken()
    {
        using (var agent = Start(null))
        {
            agent.WaitForMessage("rule attached", 2);
            agent.Kill();
        }

        using var next = Start(null);
        next.WaitForMessage("1 rule attached, ");
        Assert.True(File.Exists(_workspace["state/run.json"]));
        next.Stop();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_said_and_the_agent_works()
    {
        using var agent = Start("/proc/nowhere");

        agent.WaitForMessage("crash loops are not detected: write /proc/nowhere/run.json");
        agent.WaitForMessage("rule attached", 2);
        agent.Stop();
    }

    private AgentProcess Start() => Start(_workspace["state"]);

    private AgentProcess Start(string? state)
    {
        var configuration = _workspace.Write("agent.yaml", state is null ? "defaults: {budget: none}\n" : $"state: {state}\n");
        return AgentProcess.Start(new AgentStart(AttachMethod.Multi, _workspace["rules"])
        {
            Socket = _workspace["agent.sock"],
            Options = ["--config", configuration],
            Launcher = ["env", $"STATE_DIRECTORY={_workspace["state"]}:/elsewhere"],
        });
    }

    private void Rule(string name, params string[] lines) =>
        _workspace.Write($"rules/{name}.yaml", RuleText.File(RuleText.Rule(name, _program, "Tick", lines)));

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
