using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd;

/// <summary>What a running agent says about itself, held against what it logs.</summary>
public sealed partial class StatusTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    private string SocketPath => _workspace["agent.sock"];

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void The_status_of_every_rule_balances_with_its_lines(AttachMethod method)
    {
        const int calls = 1000;
        using var agent = Start(method,
            RuleText.Rule("call", _program, "Tick", "args: 1", "on: call", "when: arg1 % 4 == 0", "budget: none"),
            RuleText.Rule("few", _program, "Tick", "limit: 5/s", "budget: 30%"),
            RuleText.Rule("later", _workspace["absent"], "Tick"),
            RuleText.Rule("wrong", _program, "Tok"));
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask($"{calls}");
        agent.WaitForEvents("call", calls / 4);

        // What is logged is counted when the batch is committed, which is after its lines are there.
        Eventually.True(() => Number(Rule(Status(), "few"), "calls") == calls
            && Number(Rule(Status(), "call"), "calls") == calls, "the counters", agent.Dump);
        var status = Status();

        var call = Rule(status, "call");
        Assert.Equal("attached", call.GetProperty("state").GetString());
        Assert.Equal((1, calls / 4, calls * 3 / 4), (Number(call, "sites"), Number(call, "logged"), Number(call, "filtered")));
        Assert.Equal(JsonValueKind.Null, call.GetProperty("budget_percent").ValueKind);
        Assert.Equal(calls / 4, call.GetProperty("latency").GetProperty("buckets").EnumerateArray().Sum(bucket => Number(bucket, "calls")));
        Assert.Equal(agent.Events("call").Sum(line => line.Duration), Number(call.GetProperty("latency"), "sum_ns"));
        var few = Rule(status, "few");
        Assert.Equal(agent.Events("few").Count, Number(few, "logged"));
        Assert.Equal(calls, Number(few, "logged") + Number(few, "limited"));
        Assert.Equal(30, Number(few, "budget_percent"));
        Assert.Equal(("pending", "rejected"), (Rule(status, "later")
            .GetProperty("state").GetString(), Rule(status, "wrong").GetProperty("state").GetString()));
        Assert.Contains("symbol 'Tok' not found", Rule(status, "wrong").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(agent.Pid, Number(status.GetProperty("agent"), "pid"));
        Eventually.True(() => Rule(Status(), "few").GetProperty("cost_ns").GetInt64() > 0, "the cost", agent.Dump);

        agent.Stop();
        Assert.Equal(new Totals(calls, calls / 4, 0) { Filtered = calls * 3 / 4 }, agent.Totals("call"));
    }

    [Fact]
    public void The_table_is_for_people_and_a_rule_has_a_picture_of_its_durations()
    {
        using var agent = Start(AttachMethod.Multi, RuleText.Rule("call", _program, "Tick", "on: call", "budget: none"));
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask("100");
        agent.WaitForEvents("call", 100);

        var table = Command.OutputOf(Repository.Agent, "status", "--socket", SocketPath);
        var details = Command.OutputOf(Repository.Agent, "status", "--socket", SocketPath, "--rule", "call");

        Assert.Matches(@"(?m)^RULE +STATE +SITES", table);
        Assert.Matches(@"(?m)^call +attached +1 +", table);
        Assert.Contains("█", details, StringComparison.Ordinal);
        Assert.Contains("half up to", details, StringComparison.Ordinal);
        Assert.Equal(1, Command.Run(Repository.Agent, "status", "--socket", SocketPath, "--rule", "none").ExitCode);
        agent.Stop();
    }

    [Fact]
    public void A_rule_that_leaves_the_files_stays_in_the_counters_and_a_reload_is_counted()
    {
        using var agent = Start(AttachMethod.Multi, RuleText.Rule("old", _program, "Tick", "budget: none"));
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask("7");
        agent.WaitForEvents("old", 7);

        _workspace.Write("rules.yaml", "rules: []\n");

        Eventually.True(() => Rule(Status(), "old").GetProperty("state").GetString() == "removed", "the removal", agent.Dump);
        Eventually.True(() => Number(Rule(Status(), "old"), "logged") == 7, "the counters", agent.Dump);
        Assert.Equal(1, Number(Status(), "reloads"));
        var table = Command.OutputOf(Repository.Agent, "status", "--socket", SocketPath);
        Assert.DoesNotMatch("(?m)^old ", table);
        Assert.EndsWith("\n1 rule in no file any more; --all shows it\n", table, StringComparison.Ordinal);
        Assert.Matches("(?m)^old +removed +0 +7 ", Command.OutputOf(Repository.Agent, "status", "--socket", SocketPath, "--all"));
        agent.Stop();
    }

    [Fact]
    public void Of_many_rules_that_are_gone_the_oldest_are_forgotten_with_their_totals()
    {
        const int rules = 300;
        const int kept = 256;
        using var agent = Start(
            AttachMethod.Multi, [.. Enumerable.Range(0, rules).Select(i => RuleText.Rule($"old-{i}", _program, "Tick", "budget: none"))]);
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask("2");
        agent.WaitForEvents("old-0", 2);

        _workspace.Write("rules.yaml", "rules: []\n");

        Eventually.True(() => Status().GetProperty("rules").GetArrayLength() == kept, "the oldest to be forgotten", agent.Dump);
        Assert.Equal(rules - kept, agent.MessagesWith("2 calls, 2 logged, 0 lost"));
        agent.Stop();
        Assert.Equal(rules, agent.MessagesWith("2 calls, 2 logged, 0 lost"));
    }

    [Fact]
    public void The_screen_that_is_left_open_shows_rates_outlives_the_agent_and_leaves_the_terminal_as_it_was()
    {
        var screen = _workspace["screen"];
        using var ticker = TracedProgram.Start(_program);
        var agent = Start(AttachMethod.Multi, RuleText.Rule("call", _program, "Tick", "on: call", "budget: none"));
        try
        {
            var watch = $"stty cols 140 rows 20; exec {Repository.Agent} status --watch --socket {SocketPath}";
            using var terminal = TracedProgram.Start("script", "-qfec", watch, screen);
            Shows(@"call +attached +[1-9][0-9.]* .*[▁-█]", () => ticker.Ask("50"));
            agent.Stop();
            agent.Dispose();
            Shows("no agent answers at ", null);
            agent = Start(AttachMethod.Multi, RuleText.Rule("other", _program, "Tick"));
            Shows(@"other +attached +[1-9]", () => ticker.Ask("50"));

            terminal.WriteLine("\u0003");
            terminal.Finish();
        }
        finally
        {
            agent.Dispose();
        }

        var all = System.IO.File.ReadAllText(screen);
        Assert.Contains("\e[?1049h\e[?25l", all, StringComparison.Ordinal);
        Assert.Matches(@"\e\[\?25h\e\[\?1049l[^\e]*$", all);

        // What the terminal shows now is what came since the cursor went to its top.
        void Shows(string pattern, Action? meanwhile) => Eventually.True(
            () =>
            {
                meanwhile?.Invoke();
                var text = System.IO.File.Exists(screen) ? System.IO.File.ReadAllText(screen) : "";
                return Regex.IsMatch(text[Math.Max(0, text.LastIndexOf("\e[H", StringComparison.Ordinal))..], pattern);
            },
            $"a screen like {pattern}", () => System.IO.File.ReadAllText(screen));
    }

    [Fact]
    public void Two_agents_do_not_share_a_socket_and_a_killed_one_leaves_it_to_the_next()
    {
        using var first = Start(AttachMethod.Multi, RuleText.Rule("first", _program, "Tick"));
        using (var second = Start(AttachMethod.Multi, RuleText.Rule("second", _program, "Tick")))
        {
            second.WaitForMessage("another agent answers there");
            Assert.Equal(first.Pid, Number(Status().GetProperty("agent"), "pid"));
            second.Stop();
        }

        Assert.Equal(first.Pid, Number(Status().GetProperty("agent"), "pid"));
        first.Kill();
        var refusal = Command.Run(Repository.Agent, "status", "--socket", SocketPath);
        Assert.Equal(1, refusal.ExitCode);
        Assert.Contains("no agent answers", refusal.Errors, StringComparison.Ordinal);

        using var third = Start(AttachMethod.Multi, RuleText.Rule("third", _program, "Tick"));
        Assert.Equal(third.Pid, Number(Status().GetProperty("agent"), "pid"));
        third.Stop();
        Assert.False(Path.Exists(SocketPath));
    }

    [Fact]
    public void Nobody_else_may_ask()
    {
        using var agent = Start(AttachMethod.Multi, RuleText.Rule("rule", _program, "Tick"));
        var forAll = _workspace.Install(Repository.Agent, "traceagent");

        var asked = Command.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", forAll, "status", "--socket", SocketPath);

        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("permission denied", asked.Errors, StringComparison.Ordinal);
        agent.Stop();
    }

    [Fact]
    public void Metrics_are_served_and_written_and_say_what_the_status_says()
    {
        var port = FreePort();
        var configuration = _workspace.Write("agent.yaml", $"metrics: {{listen: 127.0.0.1:{port}, textfile: agent.prom}}\n");
        using var agent = AgentProcess.Start(
            new AgentStart(AttachMethod.Multi, Rules(RuleText.Rule("call", _program, "Tick", "on: call", "budget: none")))
            {
                Socket = SocketPath,
                Options = ["--config", configuration],
            });
        using var ticker = TracedProgram.Start(_program);
        ticker.Ask("100");
        agent.WaitForEvents("call", 100);
        Eventually.True(() => Number(Rule(Status(), "call"), "logged") == 100, "the counters", agent.Dump);

        // The same text is given for a second.
        var text = "";
        using var client = new HttpClient();
        Eventually.True(
            () => (text = client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")).Result)
                .Contains("traceagent_rule_logged_total{rule=\"call\"} 100\n", StringComparison.Ordinal),
            "the metrics",
            () => text);

        Assert.Contains("traceagent_rule_duration_seconds_count{rule=\"call\"} 100\n", text, StringComparison.Ordinal);
        Assert.Contains("traceagent_rules{state=\"attached\"} 1\n", text, StringComparison.Ordinal);
        var file = _workspace["agent.prom"];
        Eventually.True(() => File.Exists(file), "the textfile", agent.Dump);
        Assert.Equal(Families(text), Families(File.ReadAllText(file)));
        if (Environment.GetEnvironmentVariable("PROMTOOL") is { Length: > 0 } promtool)
        {
            Command.OutputOf("bash", "-c", $"{promtool} check metrics < {file}");
        }

        agent.Stop();
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Defaults_of_the_configuration_hold_for_rules_that_say_nothing()
    {
        var configuration = _workspace.Write("agent.yaml", "defaults: {limit: 5/s, budget: none}\n");
        using var agent = AgentProcess.Start(new AgentStart(
            AttachMethod.Multi,
            Rules(RuleText.Rule("default", _program, "Tick"), RuleText.Rule("own", _program, "Tick", "limit: none", "budget: 40%")))
        {
            Socket = SocketPath,
            Options = ["--config", configuration],
        });
        using var ticker = TracedProgram.Start(_program);

        ticker.Ask("1000");

        agent.WaitForEvents("own", 1000);
        Assert.Equal(JsonValueKind.Null, Rule(Status(), "default").GetProperty("budget_percent").ValueKind);
        Assert.Equal(40, Number(Rule(Status(), "own"), "budget_percent"));
        agent.Stop();
        Assert.InRange(agent.Totals("default").Logged, 10, 500);
        Assert.Equal(1000, agent.Totals("own").Logged);
    }

    private AgentProcess Start(AttachMethod method, params string[] rules) =>
        AgentProcess.Start(new AgentStart(method, Rules(rules)) { Socket = SocketPath });

    private string Rules(params string[] rules) => _workspace.Write("rules.yaml", RuleText.File(rules));

    private JsonElement Status()
    {
        using var document = JsonDocument.Parse(Command.OutputOf(Repository.Agent, "status", "--socket", SocketPath, "--json"));
        return document.RootElement.Clone();
    }

    private static JsonElement Rule(JsonElement status, string name) =>
        status.GetProperty("rules").EnumerateArray().Single(rule => rule.GetProperty("rule").GetString() == name);

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static IEnumerable<string> Families(string text) =>
        Regex.Matches(text, "(?m)^# TYPE (.*)$").Select(match => match.Groups[1].Value.Trim());

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
