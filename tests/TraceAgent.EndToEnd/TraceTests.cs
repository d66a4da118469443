namespace TraceAgent.EndToEnd;

/// <summary>One rule on the command line.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_line_typed_in_bash_is_shown_with_time_and_process()
    {
        using var trace = TraceProcess.Start("/bin/bash:readline() -> string");
        using var terminal = TracedProgram.Start("script", "-qec", "bash --norc --noprofile -i", "/dev/null");
        var typed = $"echo typed-for-{Environment.ProcessId}";
        terminal.WriteLine(typed);
        trace.WaitForLine(typed);
        trace.Signal();
        trace.AssertEnds();

        Assert.Contains(trace.Lines, line => System.Text.RegularExpressions.Regex.IsMatch(
            line, $@"^\d\d:\d\d:\d\d\.\d{{6}} bash\[\d+\] readline = {typed}$"));
    }

    [Fact]
    public void Files_that_cat_opens_are_shown_by_the_name_of_the_library()
    {
        var file = _workspace.Write("seen.txt", "seen\n");
        using var trace = TraceProcess.Start(
            "libc.so.6:open(path: string, flags: int) -> int", "--when", "comm == 'cat' && path ~ '*seen.txt'", "--count", "1");
        Command.OutputOf("cat", file);

        trace.AssertEnds();
        Assert.Contains($"open(path={file}, flags=0) = 3 in ", Assert.Single(trace.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Exactly_as_many_lines_as_asked_for_and_the_counters_balance()
    {
        using var traced = TracedProgram.Start(_program);
        using var trace = TraceProcess.Start(
            _program, "long Tick(long number, long twice)", "--format", "{number} and {twice} make {ret}", "--count", "5");
        traced.Ask("100");
        trace.AssertEnds();

        Assert.Equal(["1 and 2 make 3", "2 and 4 make 6", "3 and 6 make 9", "4 and 8 make 12", "5 and 10 make 15"], trace.Lines.Select(
            line => line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..]));
        Assert.Contains(trace.Messages, message => message.Contains(", 5 logged, 0 lost", StringComparison.Ordinal));
        Assert.DoesNotContain(trace.Messages, message => message.Contains("balance", StringComparison.Ordinal));
        Assert.Equal("100", traced.Ask("0"));
    }

    [Fact]
    public void Processes_level_and_file_are_given_as_in_a_rule()
    {
        var lines = _workspace["lines.json"];
        using var other = TracedProgram.Start(_program);
        using var traced = TracedProgram.Start(_program);
        using (var trace = TraceProcess.Start(
            $"{_program}:Tick(1)", "--target", $"pid={traced.Pid}", "--target", "user=root", "--level", "Warning", "--json",
            "--output", lines, "--count", "2"))
        {
            other.Ask("3");
            traced.Ask("9");
            trace.AssertEnds();
            Assert.Empty(trace.Lines);
            Assert.Contains(trace.Messages, message => message.Contains(", 2 logged, 0 lost, ", StringComparison.Ordinal)
                && message.EndsWith(" after the last line", StringComparison.Ordinal)
                && !message.Contains("over the limit", StringComparison.Ordinal));
        }

        var events = System.IO.File.ReadLines(lines).Select(EventLine.Parse).Where(line => line.Event != "agent").ToList();
        Assert.All(events, line => Assert.Equal((traced.Pid, "Warning"), (line.Pid, line.Json.GetProperty("@l").GetString())));
        Assert.Equal(2, events.Count);
        Assert.Equal(UnixFileMode.None, System.IO.File.GetUnixFileMode(lines) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite));
    }

    [Fact]
    public void A_trace_for_a_time_ends_by_itself_and_json_is_the_stream_of_run()
    {
        using var traced = TracedProgram.Start(_program);
        using var trace = TraceProcess.Start($"{_program}:Tick(2)", "--json", "--for", "2s");
        traced.Ask("3");
        trace.AssertEnds();

        var events = trace.Lines.Select(EventLine.Parse).ToList();
        Assert.Equal(3, events.Count(line => line.Event == "entry"));
        Assert.Equal(3, Totals.Of(events.Last(line => line.Has("calls"))).Logged);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void A_signal_detaches_and_says_the_totals(string signal)
    {
        using var traced = TracedProgram.Start(_program);
        using var trace = TraceProcess.Start($"{_program}:Tick(2)");
        traced.Ask("3");
        trace.WaitForLine("arg1=3");
        trace.Signal(signal);
        trace.AssertEnds();

        Assert.Contains("traceagent: tick: 3 calls, 3 logged, 0 lost", trace.Messages);
        Assert.Equal("4", traced.Ask("1"));
        Assert.Equal(3, trace.Lines.Count);
    }

    [Fact]
    public void A_program_that_comes_later_is_waited_for()
    {
        using var trace = TraceProcess.StartPending($"{_workspace["later"]}:Tick(1)");
        _workspace.Install(_program, "later");
        trace.WaitForMessage("rule attached");
        using var traced = TracedProgram.Start(_workspace["later"]);
        traced.Ask("1");
        trace.WaitForLine("later[");
        trace.Signal();
        trace.AssertEnds();
    }

    [Fact]
    public void What_a_program_writes_cannot_steer_the_terminal()
    {
        using var trace = TraceProcess.Start("libc.so.6:open(path: string)", "--when", "path ~ '/nowhere/*'", "--count", "1");
        Command.Run("cat", "/nowhere/\e[31mred\n");
        trace.AssertEnds();

        Assert.EndsWith(@"open(path=/nowhere/\x1b[31mred\n)", Assert.Single(trace.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_printed_rule_is_a_file_that_check_accepts()
    {
        var rule = _workspace.Write("rule.yaml", Command.OutputOf(
            Repository.Agent, "trace", $"{_program}:Tick(number: long, _) -> long", "--when", "number > 3", "--print-rule"));

        Command.OutputOf(Repository.Agent, "check", rule);
    }

    [Fact]
    public void Where_returns_are_seen_can_be_said()
    {
        var rule = Command.OutputOf(
            Repository.Agent, "trace", $"{_program}:Tick(number: long) -> long", "--return-at", "ret", "--print-rule");

        Assert.Contains("return_at: ret", rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "<command line>:1:43: error TA109: unknown type 'strin'", "/bin/bash:readline() -> strin")]
    [InlineData(2, "                                          ^^^^^ did you mean 'string'?", "/bin/bash:readline() -> strin")]
    [InlineData(2, "BINARY:FUNCTION, such as", "/bin/bash")]
    [InlineData(2, "there is no option --bogus", "/bin/bash:readline", "--bogus")]
    [InlineData(2, "--count takes a number from 1, not 0", "/bin/bash:readline", "--count", "0")]
    [InlineData(2, "error TA109: a target is written KEY=VALUE", "/bin/bash:readline", "--target", "www-data")]
    [InlineData(2, "error TA103: unknown key 'usr'", "/bin/bash:readline", "--target", "usr=www-data")]
    [InlineData(2, "not 'loud'", "/bin/bash:readline", "--level", "loud")]
    [InlineData(2, "--for takes a time such as 500ms, 10s, 5m or 1h, not 9999999h", "/bin/bash:readline", "--for", "9999999h")]
    [InlineData(1, "<command line>:1:29: error TA201: symbol 'readlin' not found in /bin/bash", "/bin/bash:readlin() -> string")]
    [InlineData(1, "error TA202: /etc/passwd is not an ELF program or library", "/etc/passwd:main")]
    public void What_is_wrong_is_shown_in_the_command_line(int exitCode, string expected, params string[] words)
    {
        var run = Command.Run(Repository.Agent, ["trace", .. words]);

        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}\n{run.Errors}");
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Without_privileges_it_ends_with_77_and_names_them()
    {
        var agent = _workspace.Install(Repository.Agent, "traceagent");
        var run = Command.Run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all",
            agent, "trace", "/bin/bash:readline() -> string");

        Assert.True(run.ExitCode == 77, $"{run.ExitCode}\n{run.Errors}");
        Assert.Contains("CAP_BPF", run.Errors, StringComparison.Ordinal);
    }
}
