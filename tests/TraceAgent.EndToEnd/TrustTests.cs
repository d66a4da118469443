namespace TraceAgent.EndToEnd;

/// <summary>Whose files the agent obeys, and which binaries its configuration lets rules probe.</summary>
public sealed class TrustTests : IDisposable
{
    private static readonly string[] OtherUser = [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"];

    private readonly Workspace _workspace = new();
    private readonly string _program;
    private readonly string _rules;

    public TrustTests()
    {
        _program = _workspace.Install(TracedProgram.Compile("ticker"), "ticker");
        _rules = _workspace.Folder("rules.d");
        Write("ours.yaml", "ours");
        _workspace.Write("agent.yaml", "rules: rules.d\n");
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_file_that_others_may_write_to_is_not_obeyed_until_it_is_corrected_and_then_keeps_its_last_rules()
    {
        var theirs = Write("theirs.yaml", "theirs");
        Change("chmod", "o+w", theirs);
        using var agent = AgentProcess.Start(AttachMethod.Multi, _rules);
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask("2");
        agent.WaitForEvents("ours", 2);
        Assert.Empty(agent.Events("theirs"));
        Assert.Contains(agent.Messages, message =>
            message.Contains($"theirs.yaml:1:1: error TA293: ignored: everybody may write to {theirs}", StringComparison.Ordinal));
        Assert.Contains(agent.Messages, message => message.Contains($"chmod go-w {theirs}", StringComparison.Ordinal));

        Change("chmod", "go-w", theirs);
        agent.WaitForMessage("rule attached: theirs");
        ticker.Ask("2");
        agent.WaitForEvents("theirs", 2);

        Change("chown", "65534", theirs);
        agent.WaitForMessage("error TA293", count: 2);
        File.WriteAllText(theirs, RuleText.File(RuleText.Rule("smuggled", _program, "Tick")));
        agent.Reload();
        agent.WaitForMessage("reloaded");
        ticker.Ask("2");
        agent.WaitForEvents("theirs", 4);
        agent.Stop();
        Assert.Empty(agent.Events("smuggled"));
    }

    [Fact]
    public void A_configuration_that_others_may_write_to_ends_with_78()
    {
        Change("chmod", "g+w,o+w", _workspace["agent.yaml"]);

        var run = Command.Run(Repository.Agent, "run", "--config", _workspace["agent.yaml"], "--output", "-", "--socket", "none");

        Assert.True(run.ExitCode == 78, $"{run.ExitCode}\n{run.Errors}");
        Assert.Contains($"agent.yaml:1:1: error TA293: ignored: everybody may write to {_workspace["agent.yaml"]}",
            run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_warns_of_a_file_and_refuses_what_the_configuration_names()
    {
        Change("chmod", "o+w", _rules);

        var looked = Command.Run(Repository.Agent, "check", _rules);
        var judged = Command.Run(Repository.Agent, "check", "--config", _workspace["agent.yaml"]);

        Assert.True(looked.ExitCode == 0, looked.Errors);
        Assert.Contains(
            $"warning TA293: the agent would ignore it here: everybody may write to {_rules}", looked.Errors, StringComparison.Ordinal);
        Assert.Equal(1, judged.ExitCode);
        Assert.Contains($"error TA293: ignored: everybody may write to {_rules}", judged.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Users_check_their_own_files_without_a_warning()
    {
        Change("chown", "-R", "65534", _rules, _workspace["agent.yaml"], _workspace.Root);
        var agent = _workspace.Install(Repository.Agent, "traceagent");

        var check = Command.Run(OtherUser[0], [.. OtherUser[1..], agent, "check", "--config", _workspace["agent.yaml"]]);

        Assert.True(check.ExitCode == 0, check.Errors);
        Assert.EndsWith("no errors\n", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_called_sudo_may_own_the_files()
    {
        Change("chown", "-R", "65534", _rules, _workspace["agent.yaml"], _workspace.Root);

        var root = Command.Run(Repository.Agent, "check", "--config", _workspace["agent.yaml"]);
        var sudo = Command.Run("env", "SUDO_UID=65534", Repository.Agent, "check", "--config", _workspace["agent.yaml"]);

        Assert.Equal((1, 0), (root.ExitCode, sudo.ExitCode));
    }

    [Fact]
    public void What_the_agent_makes_is_for_its_user_and_group_alone_whatever_the_mask()
    {
        _workspace.Write("agent.yaml", """
            rules: rules.d
            outputs:
              - file: {path: new/deep/plain.json}
              - file: {path: new/rolled-.json, roll: {size: 1MB}}
            socket: run/agent.sock
            metrics: {textfile: agent.prom}
            """);
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, _rules)
        {
            Launcher = ["bash", "-c", "umask 0; exec \"$@\"", "bash"],
            Output = "",
            Socket = _workspace["run/agent.sock"],
            Options = ["--config", _workspace["agent.yaml"]],
        });
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask("1");
        Eventually.True(() => Directory.Exists(_workspace["new"])
            && Directory.GetFiles(_workspace["new"], "*.json").Length == 1, "the file that rolls", agent.Dump);
        Eventually.True(() => File.Exists(_workspace["agent.prom"]), "the textfile", agent.Dump);

        var modes = Command.OutputOf("bash", "-c",
            $"cd {_workspace.Root} && stat -c '%a %n' new new/deep new/deep/* new/* run run/* agent.prom | sed 's/-[0-9]*[.]json/.json/'");

        Assert.Equal(
            ["600 run/agent.sock", "600 run/agent.sock.lock", "640 new/deep/plain.json", "640 new/rolled.json", "644 agent.prom", "750 " +
                "new", "750 new/deep", "750 run"],
            modes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Order(StringComparer.Ordinal));
        agent.Stop();
    }

    [Fact]
    public void The_name_of_a_file_is_no_message_of_the_agent()
    {
        var hostile = _workspace.Install(_program, "evil\n2026-01-01T00:00:00.000Z error forged\e[31m");
        Write("ours.yaml", "ours", $"'{_workspace.Root}/evil*'");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _rules);
        agent.WaitForMessage("rule attached: ours");
        File.Delete(hostile);
        _workspace.Write("evil\n2026-01-01T00:00:00.000Z error forged\e[32m", "no program");
        agent.WaitForMessage("error TA202");
        agent.Stop();

        Assert.DoesNotContain(agent.Messages, message => message.Contains('\e', StringComparison.Ordinal)
            || message.StartsWith("2026-01-01", StringComparison.Ordinal));
    }

    [Fact]
    public void A_binary_that_is_denied_while_the_agent_runs_is_detached_and_comes_back()
    {
        using var agent = Configured();
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask("2");
        agent.WaitForEvents("ours", 2);

        _workspace.Write("agent.yaml", $"rules: rules.d\nbinaries: {{deny: [{_program}]}}\n");
        agent.WaitForMessage("rule detached: ours: the agent configuration does not permit");
        agent.WaitForMessage("error TA243");
        ticker.Ask("2");
        Assert.Contains(agent.Messages, message =>
            message.Contains($"ours.yaml:3:13: error TA243: {_program} must not be probed", StringComparison.Ordinal));

        _workspace.Write("agent.yaml", $"rules: rules.d\nbinaries: {{allow: ['{_workspace.Root}/**']}}\n");
        agent.WaitForMessage("rule attached: ours", count: 2);
        ticker.Ask("3");
        agent.WaitForEvents("ours", 5);
        agent.Stop();
        Assert.Equal(5, agent.Events("ours").Count);
    }

    [Fact]
    public void A_process_that_runs_a_denied_file_under_another_name_is_not_probed()
    {
        Change("ln", _program, _workspace["innocent"]);
        Write("ours.yaml", "ours", "{process: innocent}");
        _workspace.Write("agent.yaml", $"rules: rules.d\nbinaries: {{deny: [{_program}]}}\n");
        using var ticker = TracedProgram.Start(_workspace["innocent"]);
        using var agent = Configured();

        agent.WaitForMessage($"must not be probed: the agent configuration denies {_program}");
        ticker.Ask("2");
        agent.Stop();
        Assert.Empty(agent.Events("ours"));
    }

    [Fact]
    public void Check_and_resolve_tell_what_the_configuration_denies()
    {
        _workspace.Write("agent.yaml", "rules: rules.d\nbinaries: {allow: [/srv/**]}\n");

        var check = Command.Run(Repository.Agent, "check", "--config", _workspace["agent.yaml"]);
        var resolve = Command.Run(Repository.Agent, "resolve", "--config", _workspace["agent.yaml"], _rules);

        Assert.Equal((1, 1), (check.ExitCode, resolve.ExitCode));
        Assert.Contains("ours.yaml:3:13: error TA243: ", check.Errors, StringComparison.Ordinal);
        Assert.Contains($"refused TA243: {_program} must not be probed: it is not among what the agent configuration allows",
            resolve.Output, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run(Repository.Agent, "resolve", _rules).ExitCode);
    }

    private AgentProcess Configured() =>
        AgentProcess.Start(new AgentStart(AttachMethod.Multi, _rules) { Options = ["--config", _workspace["agent.yaml"]] });

    private string Write(string file, string rule, string? binary = null) =>
        _workspace.Write($"rules.d/{file}", RuleText.File(RuleText.Rule(rule, binary ?? _program, "Tick", "args: 1")));

    private static void Change(string command, params string[] words) => Command.OutputOf(command, words);
}
