namespace TraceAgent.EndToEnd;

/// <summary>
/// What somebody has put where a file is expected, and hosts that allow little: a word and an exit code, and never a wait
/// without an end.
/// </summary>
public sealed class HostileInputTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public static TheoryData<int, string> Limits
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var files in (int[])[4, 6, 8, 10, 12, 16, 20, 32, 48, 60, 63])
            {
                foreach (var command in (string[])[
                    "run --rules RULES --socket none --output OUT", "check RULES", "trace /bin/bash:readline",
                    "doctor", "status", "symbols /bin/bash", "resolve RULES"
                ])
                {
                    data.Add(files, command);
                }
            }

            return data;
        }
    }

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [MemberData(nameof(Limits))]
    public void Where_too_few_files_may_be_open_every_command_says_so(int files, string command)
    {
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("r", "/bin/bash", "readline")));
        var words = command.Replace("RULES", rules, StringComparison.Ordinal)
            .Replace("OUT", _workspace["out.json"], StringComparison.Ordinal)
            .Split(' ');

        var done = Command.Run("prlimit", [$"--nofile={files}", Repository.Agent, .. words]);

        Assert.Equal(
            (77,
                $"traceagent: only {files} files may be open at once, and at least 64 are needed; "
                    + "raise the limit: `ulimit -n 1024`, or LimitNOFILE= in the unit\n"),
            (done.ExitCode, done.Errors));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(80)]
    [InlineData(110)]
    public void Where_rules_use_up_the_open_files_each_that_has_none_says_so_and_the_agent_stays(int files)
    {
        var folder = _workspace.Folder("rules");
        for (var i = 0; i < 60; i++)
        {
            _workspace.Write($"rules/{i}.yaml", RuleText.File(RuleText.Rule($"r{i}", "/bin/bash", "readline")));
        }

        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, folder) { Launcher = ["prlimit", $"--nofile={files}"] });

        agent.WaitForMessage("Too many open files; rules need some each");
        agent.Reload();
        agent.WaitForMessage("reload");
        agent.Stop();
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("socket")]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    [InlineData("/proc/self/mem")]
    [InlineData("/dev/ptmx")]
    public void A_check_of_what_is_no_file_ends(string what)
    {
        var path = Special(what);

        var check = Command.Run("timeout", "30", Repository.Agent, "check", path);

        Assert.InRange(check.ExitCode, 0, 2);
        Assert.Contains("1 file", check.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("nhandled", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_of_a_pipe_into_which_nobody_writes_says_so()
    {
        var check = Command.Run("timeout", "30", Repository.Agent, "check", Special("fifo"));

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("nobody writes into the pipe", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_is_a_pipe_without_a_writer_ends_the_start_with_a_word()
    {
        var pipe = Special("fifo");
        foreach (var command in (string[][])[
            ["check", "--config", pipe],
            ["run", "--config", pipe, "--socket", "none"],
            ["resolve", "--config", pipe, "/etc"]])
        {
            var done = Command.Run("timeout", ["30", Repository.Agent, .. command]);

            Assert.InRange(done.ExitCode, 1, 78);
            Assert.Contains("nobody writes into the pipe", done.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_pipe_that_is_written_to_late_is_read_whole()
    {
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("r", "/bin/bash", "readline")));

        var check = Command.Run("bash", "-c", $"{Repository.Agent} check <(sleep 4; head -c 20 {rules}; sleep 1; tail -c +21 {rules})");

        Assert.True(check.ExitCode == 0, check.Errors);
        Assert.Contains("1 file, 1 rule: no errors", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_pipes_is_checked_and_a_pipe_that_comes_into_the_rules_holds_nobody_up()
    {
        var folder = _workspace.Folder("rules");
        var program = TracedProgram.Compile("ticker");
        _workspace.Write("rules/a.yaml", RuleText.File(RuleText.Rule("tick", program, "Tick", "args: 1")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, folder);
        for (var i = 0; i < 5; i++)
        {
            Command.OutputOf("mkfifo", _workspace[$"rules/p{i}.yaml"]);
        }

        var check = Command.Run("timeout", "30", Repository.Agent, "check", folder);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("not a regular file", check.Errors, StringComparison.Ordinal);
        agent.WaitForMessage("not a regular file");
        File.Delete(_workspace["rules/a.yaml"]);
        Command.OutputOf("mkfifo", _workspace["rules/a.yaml"]);
        agent.WaitForMessage("a.yaml:1:1: error TA", 1);
        _workspace.Write("rules/b.yaml", RuleText.File(RuleText.Rule("late", program, "Tick", "args: 1")));
        agent.WaitForMessage("rule attached: late");
        agent.Stop();
    }

    [Theory]
    [InlineData("/proc/self/mem")]
    [InlineData("/proc/1/comm")]
    [InlineData("/sys/kernel/mm/ksm/run")]
    [InlineData("/dev/kmsg")]
    public void Events_are_not_written_to_what_is_no_file(string path)
    {
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("r", "/bin/bash", "readline")));

        var run = Command.Run("timeout", "30", Repository.Agent, "run", "--rules", rules, "--socket", "none", "--output", path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"open {path}: not a regular file", run.Errors, StringComparison.Ordinal);
    }

    private string Special(string what)
    {
        if (what.StartsWith('/'))
        {
            return what;
        }

        var path = _workspace[$"{what}.yaml"];
        if (what == "fifo")
        {
            Command.OutputOf("mkfifo", path);
        }
        else
        {
            Command.OutputOf("python3", "-c", $"import socket; socket.socket(socket.AF_UNIX).bind('{path}')");
        }

        return path;
    }
}
