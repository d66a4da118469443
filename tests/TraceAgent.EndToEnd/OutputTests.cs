namespace TraceAgent.EndToEnd;

/// <summary>Outputs of the agent configuration: several, named, and changed while the agent runs.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public OutputTests()
    {
        _workspace.Folder("addnum");
        _workspace.Install(TracedProgram.CompileFile(Repository.Example("addnum/addnum.c")), "addnum/addnum");
        _workspace.Write("addnum/rules.yaml", Rules("add", ""));
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Outputs_change_under_load_and_no_line_is_lost_or_written_twice()
    {
        const int calls = 3000;
        Configure("  - file: {path: 0.json}");
        using var agent = Start();
        using var program = TracedProgram.Start(_workspace["addnum/addnum"], $"{calls}", "1");
        for (var i = 1; i <= 5; i++)
        {
            Configure($"  - file: {{path: {i}.json}}\n" + (i % 2 == 0 ? "" : "  - file: {path: text, format: text}"));
            agent.WaitForMessage("outputs changed", i);
        }

        program.Finish();
        agent.Stop();

        var lines = Enumerable.Range(0, 6).SelectMany(i => Lines($"{i}.json")).Where(line => line.Event == "call").ToList();
        Assert.True(lines.Count == calls, $"{lines.Count} lines of calls\n{agent.Dump()}");
        Assert.Equal(Enumerable.Range(1, calls).Select(i => (long)i + 2), lines.Select(line => line.Arg(1)));
        Assert.Contains($"add: {calls} calls, {calls} logged, 0 lost", string.Join('\n', agent.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_on_an_overlay_as_containers_have_it_stays_the_same_by_being_written_to()
    {
        foreach (var folder in new[] { "lower", "upper", "work", "merged" })
        {
            _workspace.Folder(folder);
        }

        Command.OutputOf(
            "mount", "-t", "overlay", "overlay",
            "-o", $"lowerdir={_workspace["lower"]},upperdir={_workspace["upper"]},workdir={_workspace["work"]}", _workspace["merged"]);
        try
        {
            Configure("  - file: {path: merged/0.json}");
            using var agent = Start();

            Command.OutputOf(_workspace["addnum/addnum"], "3", "50");
            Eventually.True(() => Lines("merged/0.json").Count(line => line.Event == "call") == 3, "three lines", agent.Dump);

            agent.Stop();
            Assert.DoesNotContain(agent.Messages, message => message.Contains("reopened", StringComparison.Ordinal));
        }
        finally
        {
            Command.OutputOf("umount", _workspace["merged"]);
        }
    }

    [Fact]
    public void A_wrong_configuration_is_told_at_its_place_and_what_was_active_stays()
    {
        Configure("  - file: {path: 0.json}");
        using var agent = Start();

        Configure("  - file: {pth: 1.json}");
        agent.WaitForMessage("unknown key 'pth'");
        Configure("  - file: {path: /proc/x.json}");
        agent.WaitForMessage("outputs not changed: open /proc/x.json");
        _workspace.Write("agent.yaml", "rules: elsewhere\noutputs:\n  - file: {path: 0.json}\n");
        agent.WaitForMessage("take effect only after a restart: rules");
        Command.OutputOf(_workspace["addnum/addnum"], "3");
        Eventually.True(() => Lines("0.json").Count(line => line.Event == "call") == 3, "three lines", agent.Dump);

        agent.Stop();
        Assert.Contains(
            agent.Messages, message => message.Contains("agent.yaml:3:12: error TA103: unknown key 'pth'", StringComparison.Ordinal));
        Assert.False(File.Exists(_workspace["1.json"]));
    }

    [Fact]
    public void A_rule_goes_to_the_output_that_it_names_and_an_unknown_name_is_an_error()
    {
        Configure("  - file: {path: all.json}\n  - file: {path: audit.json, format: ecs}\n    name: audit");
        _workspace.Write("addnum/rules.yaml", Rules("add", "output: audit, "));
        using var agent = Start();

        Command.OutputOf(_workspace["addnum/addnum"], "3");
        Eventually.True(() => File.ReadAllLines(_workspace["audit.json"])
            .Count(line => line.Contains("\"event\":\"call\"", StringComparison.Ordinal)) == 3, "three lines", agent.Dump);
        _workspace.Write("addnum/rules.yaml", Rules("add", "output: audti, "));
        agent.WaitForMessage("no output is called 'audti'");
        agent.Stop();

        Assert.DoesNotContain(Lines("all.json"), line => line.Event == "call");
        Assert.Contains("add: 3 calls, 3 logged, 0 lost", string.Join('\n', agent.Messages), StringComparison.Ordinal);
        var check = Command.Run(Repository.Agent, "check", "--config", _workspace["agent.yaml"]);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("error TA112: no output is called 'audti'", check.Errors, StringComparison.Ordinal);
        Assert.Contains("did you mean 'audit'?", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_delivered_is_counted_and_told_at_the_end_and_the_file_has_it()
    {
        // Nobody listens on port 1.
        Configure("  - file: {path: all.json}\n  - otlp: {endpoint: \"http://127.0.0.1:1\"}");
        using var agent = Start();

        Command.OutputOf(_workspace["addnum/addnum"], "3");
        agent.WaitForMessage("output delayed: send to http://127.0.0.1:1/");
        agent.Stop();

        Assert.Contains(
            agent.Messages, message => message.Contains("output dropped events: http://127.0.0.1:1/: ", StringComparison.Ordinal));
        Assert.Equal(3, Lines("all.json").Count(line => line.Event == "call"));
    }

    private static string Rules(string name, string more) =>
        $"rules:\n  - {{name: {name}, binary: ./addnum, symbol: AddNum, args: 2, {more}on: call}}\n";

    /// <summary>
    /// Without a budget: on a machine that is slow for some seconds a thousand calls a second are too many,
    /// and the rule would be suspended.
    /// </summary>
    private void Configure(string outputs) =>
        _workspace.Write("agent.yaml", $"rules: addnum\noutputs:\n{outputs}\ndefaults: {{budget: none}}\n");

    private AgentProcess Start() => AgentProcess.Start(
        new AgentStart(AttachMethod.Multi, _workspace["addnum/rules.yaml"])
        { Output = "", Options = ["--config", _workspace["agent.yaml"]] });

    private List<EventLine> Lines(string file) => [.. File.ReadAllLines(_workspace[file]).Select(EventLine.Parse)];
}
