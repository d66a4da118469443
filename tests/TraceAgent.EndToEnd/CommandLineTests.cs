using System.Text.Json;

namespace TraceAgent.EndToEnd;

/// <summary>The commands that attach nothing, and command lines that are wrong.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("bogus")]
    [InlineData("run --bogus")]
    [InlineData("run --rules")]
    [InlineData("run --rules x.yaml --ring-size 1000")]
    [InlineData("run --rules x.yaml --ring-size many")]
    [InlineData("check")]
    [InlineData("check --bogus x.yaml")]
    [InlineData("check x.yaml --bogus")]
    [InlineData("check --format xml x.yaml")]
    [InlineData("check --config")]
    [InlineData("check --config no-such-file.yaml")]
    [InlineData("schema x.yaml")]
    [InlineData("status --rule")]
    [InlineData("status x")]
    [InlineData("doctor x")]
    [InlineData("run --rules x.yaml --socket")]
    public void A_wrong_command_line_ends_with_2(string words)
    {
        var run = Command.Run(Repository.Agent, words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.True(run.ExitCode == 2, $"{run.ExitCode}\n{run.Output}{run.Errors}");
        Assert.NotEmpty(run.Errors);
    }

    [Theory]
    [InlineData("run --rules --output -", "--rules needs a PATH, not --output")]
    [InlineData("run --ring-size 10MB", "--ring-size takes a number of bytes")]
    [InlineData("check --attach", "check needs a PATH of rules, or --config FILE")]
    [InlineData("", "schema   Print")]
    public void A_wrong_command_line_is_told_in_words_for_people(string words, string expected)
    {
        var run = Command.Run(Repository.Agent, words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run --rules {0} --output - >&-", 1)]
    [InlineData("run --rules {0} --output /", 1)]
    [InlineData("run --rules {0} --output ''", 2)]
    [InlineData("schema >&-", 1)]
    [InlineData("check {0} 2>&-", 0)]
    public void A_stream_or_output_that_is_not_there_ends_the_command_in_order(string words, int exitCode)
    {
        var rules = _workspace.Write("none.yaml", "rules: []\n");

        var run = Command.Run("bash", "-c", $"{Repository.Agent} {words.Replace("{0}", rules, StringComparison.Ordinal)}");

        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}\n{run.Errors}");
        Assert.True(run.Errors.Count(c => c == '\n') <= 1, run.Errors);
    }

    [Fact]
    public void A_run_beside_the_service_says_whose_configuration_it_obeys_and_takes_none_of_its_outputs()
    {
        _workspace.Folder("upper/traceagent");
        _workspace.Folder("work");
        var service = _workspace["service.log"];
        _workspace.Write(
            "upper/traceagent/agent.yaml",
            $"outputs: [{{file: {{path: {service}}}}}]\nmetrics: {{textfile: {_workspace["service.prom"]}}}\ndefaults: {{limit: 7/s}}\n");
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("ppid", "libc", "getppid", "format: 'asked'")));

        var run = Command.Run(
            "unshare", "-m", "sh", "-c",
            $"mount -t overlay overlay -o lowerdir=/etc,upperdir={_workspace["upper"]},workdir={_workspace["work"]} /etc && "
                + $"{{ (sleep 2; python3 -c 'import os; os.getppid()') & "
                + $"timeout -s INT 6 {Repository.Agent} run --rules {rules} --socket none; }}");

        Assert.Contains(
            "agent configuration: /etc/traceagent/agent.yaml; without its outputs, metrics and state, which are the service's",
            run.Errors, StringComparison.Ordinal);
        Assert.Contains("\"@m\":\"asked\"", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(service));
        Assert.False(File.Exists(_workspace["service.prom"]));
    }

    [Fact]
    public void In_a_working_directory_that_was_deleted_commands_work_and_say_where_relative_paths_start()
    {
        var gone = _workspace["gone"];
        var run = Command.Run("bash", "-c", $"mkdir {gone} && cd {gone} && rmdir {gone} && {Repository.Agent} check /no/such.yaml");

        Assert.Contains("the working directory was deleted: relative paths start at /\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains("/no/such.yaml: no such file or folder", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trase", "there is no command 'trase'; did you mean 'trace'?")]
    [InlineData("status --sokcet", "there is no option --sokcet; did you mean '--socket'?")]
    [InlineData("trace --pid 4194304 libc:getppid", "--pid 4194304: there is no such process")]
    public void A_mistyped_word_of_the_command_line_is_named_with_what_may_be_meant(string arguments, string message)
    {
        var run = Command.Run(Repository.Agent, arguments.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"traceagent: {message}\n", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_input_starts_at_the_current_folder()
    {
        var run = Command.Run(
            "bash", "-c", $"cd {_workspace.Root} && echo 'rules: [{{name: a, binary: ./shop, symbol: x}}]' | {Repository.Agent} check -");

        Assert.Contains($"<stdin>:1:27: warning TA290: {_workspace["shop"]} does not exist", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_tells_every_mistake_with_its_position_and_a_suggestion()
    {
        // Ansible's `validate` passes a file without an extension.
        var file = _workspace.Write("source", RuleText.File(
            RuleText.Rule("first", _program, "Tik", "args: 1"),
            RuleText.Rule("second", _program, "Tick", "args: 13"),
            RuleText.Rule("third", _program, "Tick", "arg: 1")));

        var check = Command.Run(Repository.Agent, "check", file);

        Assert.Equal(1, check.ExitCode);
        var output = check.Output + check.Errors;
        Assert.Matches(@"source:4:13: error TA\d+: .*Tik", output);
        Assert.Contains("'Tick'", output, StringComparison.Ordinal);
        Assert.Matches(@"source:9:11: error TA\d+: ", output);
        Assert.Matches(@"source:13:5: error TA\d+: ", output);
    }

    [Fact]
    public void Check_tells_a_wrong_place_beside_the_other_mistakes_of_its_rule()
    {
        var file = _workspace.Write("twice.yaml", RuleText.File(
            RuleText.Rule("function", _program, "Tik", "args: 99"),
            RuleText.Rule("moment", _program, "Tok", "on: sometimes"),
            RuleText.Rule("right", _program, "Tick", "limit: fast"),
            RuleText.Rule("message", "/nonexistent/program", "Tick", "format: '{nope}'")));

        var check = Command.Run(Repository.Agent, "check", file);

        var codes = check.Errors.Split('\n')
            .Where(line => line.Contains(": error ", StringComparison.Ordinal))
            .Select(line => line.Split(": error ")[1][..5]);
        Assert.Equal((1, "TA201 TA109 TA201 TA109 TA109 TA121"), (check.ExitCode, string.Join(' ', codes)));
        Assert.Contains("did you mean 'Tick'?", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_speaks_json_to_machines()
    {
        var file = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("rule", _program, "Tik")));

        var check = Command.Run(Repository.Agent, "check", "--format", "json", file);

        Assert.Equal(1, check.ExitCode);
        using var document = JsonDocument.Parse(check.Output);
        Assert.Contains("Tik", document.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_of_a_good_folder_ends_with_0()
    {
        var folder = _workspace.Folder("rules");
        _workspace.Write("rules/a.yaml", RuleText.File(RuleText.Rule("a", _program, "Tick")));
        _workspace.Write("rules/b.yml", RuleText.File(RuleText.Rule("b", _program, "Tick", "on: both")));

        var check = Command.Run(Repository.Agent, "check", folder);

        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
    }

    [Fact]
    public void Check_counts_rules_with_errors_too()
    {
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("good", _program, "Tick"),
            RuleText.Rule("bad", _program, "Tick", "args: many"),
            $"  - {{binary: {_program}, symbol: Tick}}\n"));

        var check = Command.Run(Repository.Agent, "check", rules);

        Assert.EndsWith("1 file, 3 rules: 2 errors\n", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_of_a_configuration_reads_the_rules_that_it_names()
    {
        _workspace.Folder("elsewhere");
        _workspace.Write("elsewhere/a.yaml", RuleText.File(RuleText.Rule("a", _program, "Tik")));
        var configuration = _workspace.Write("agent.yaml", "rules: elsewhere\n");

        var check = Command.Run(Repository.Agent, "check", "--config", configuration);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("elsewhere/a.yaml:4:13: error TA201", check.Errors, StringComparison.Ordinal);
        Assert.EndsWith("2 files, 1 rule: 1 error\n", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_of_a_configuration_tells_its_own_mistakes_too()
    {
        var configuration = _workspace.Write("agent.yaml", "rules: elsewhere\noutput: []\n");

        var check = Command.Run(Repository.Agent, "check", "--config", configuration);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("agent.yaml:2:1: error TA", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_of_a_configuration_whose_rules_do_not_exist_names_them()
    {
        var configuration = _workspace.Write("agent.yaml", "rules: elsewhere\n");

        var check = Command.Run(Repository.Agent, "check", "--config", configuration);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains($"rules: {_workspace["elsewhere"]}: no such file or folder", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void One_name_in_two_files_is_an_error()
    {
        var folder = _workspace.Folder("rules");
        _workspace.Write("rules/a.yaml", RuleText.File(RuleText.Rule("same", _program, "Tick")));
        _workspace.Write("rules/b.yaml", RuleText.File(RuleText.Rule("same", _program, "Tick")));

        var check = Command.Run(Repository.Agent, "check", folder);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("same", check.Output + check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_of_the_repository_is_what_the_agent_prints() => Assert.Equal(
        File.ReadAllText(Path.Combine(Repository.Root, "schemas", "rules.schema.json")),
        Command.OutputOf(Repository.Agent, "schema"));

    [Fact]
    public void On_a_narrow_terminal_a_line_is_not_wrapped_above_its_caret()
    {
        var rules = _workspace.Write(
            "x.yaml",
            $"rules: [{{name: a, binary: {_program}, symbol: Tick, labels: {{x: {new string('y', 200)}}}, nonsense: 1}}]\n");

        var lines =
            Command.Run("script", "-qec", $"stty cols 60; NO_COLOR=1 {Repository.Agent} check {rules}", "/dev/null").Output.Split("\r\n");

        var at = Array.FindIndex(lines, line => line.StartsWith("    1 | ", StringComparison.Ordinal));
        Assert.InRange(lines[at].Length, 40, 60);
        Assert.Equal(lines[at].IndexOf("nonsense", StringComparison.Ordinal), lines[at + 1].IndexOf('^', StringComparison.Ordinal));
    }

    [Fact]
    public void The_schema_of_the_agent_configuration_is_what_the_agent_prints() => Assert.Equal(
        File.ReadAllText(Path.Combine(Repository.Root, "schemas", "agent.schema.json")),
        Command.OutputOf(Repository.Agent, "schema", "--agent"));
}
