using System.Net;
using System.Text;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Configuration;
using TraceAgent.Engine.Targets;
using TraceAgent.Events.Outputs;
using TraceAgent.Rules;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Tests.Configuration;

public class AgentConfigurationReaderTests
{
    [Fact]
    public void Every_key_is_read()
    {
        var value = Read(
            """
            rules: rules
            outputs:
              - file: {path: "${LOGS}/events-.json", roll: {size: 100MB, every: hour}, keep: 7, format: clef-template}
              - file: {path: "${NONE:-/var/log}/all.txt", format: text}
              - console: {format: text}
              - name: far
                otlp: {endpoint: "https://${NONE:-host}:4318/x", protocol: grpc, headers: {api-key: "${LOGS}"}}
            defaults: {budget: 2.5%, total_budget: none, limit: 100/s, ttl: 24h}
            socket: run/agent.sock
            wait_for_pages: [daemon, 1000]
            debug_info: {folders: ["${LOGS}/debug", debug], server: "https://${NONE:-host}/d", cache: c}
            flush: 100ms
            metrics: {listen: "127.0.0.1:9435", textfile: agent.prom}
            binaries: {allow: ["${LOGS}/**", bin/*], deny: [/usr/sbin/sshd]}
            """).Value;

        Assert.Equal(
            new AgentConfiguration(
                "/etc/traceagent/rules",
                [
                    new OutputConfiguration.File(
                        "/logs/events-.json", new RollPolicy(100_000_000, RollInterval.Hour, 7), OutputFormat.ClefTemplate),
                    new OutputConfiguration.File("/var/log/all.txt", null, OutputFormat.Text),
                    new OutputConfiguration.Console(OutputFormat.Text),
                    new OutputConfiguration.Otlp(new Uri("https://host:4318/x"), Grpc: true, [new("api-key", "/logs")]) { Name = "far" },
                ])
            {
                Defaults = new RuleDefaults
                { BudgetPercent = 2.5, TotalBudgetPercent = Rule.NoBudget, LimitPerSecond = 100, Ttl = TimeSpan.FromDays(1) },
                Socket = "/etc/traceagent/run/agent.sock",
                WaitForPages = WaitPolicy.TrustedAnd([1, 1000]),
                DebugFolders = new DebugFolders(["/logs/debug", "/etc/traceagent/debug", "/usr/lib/debug", "/etc/traceagent/c"]),
                DebugServer = (new Uri("https://host/d"), "/etc/traceagent/c"),
                Flush = TimeSpan.FromMilliseconds(100),
                Metrics = new MetricsConfiguration(new IPEndPoint(IPAddress.Loopback, 9435), "/etc/traceagent/agent.prom"),
                Binaries = new BinaryLists(["/logs/**", "/etc/traceagent/bin/*"], ["/usr/sbin/sshd"]),
            },
            value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("rules: /etc/traceagent/rules.d\n")]
    public void Everything_has_a_default(string text) => Assert.Equal(AgentConfiguration.Default, Read(text).Value);

    [Theory]
    [InlineData("flush: 0", 0)]
    [InlineData("flush: 1ms", 1)]
    [InlineData("flush: '1s'", 1000)]
    public void A_stream_may_be_written_sooner_or_later(string text, int ms) =>
        Assert.Equal(TimeSpan.FromMilliseconds(ms), Read(text).Value!.Flush);

    [Theory]
    [InlineData("wait_for_pages: all", true, true, 0)]
    [InlineData("wait_for_pages: trusted", true, false, 1)]
    [InlineData("wait_for_pages: none", false, false, 0)]
    [InlineData("wait_for_pages: [root, '7', 7]", true, false, 2)]
    public void Whose_pages_are_waited_for_is_a_word_or_a_list_of_users_beside_root(string text, bool forAny, bool ofEverybody, int users)
    {
        var policy = Read(text).Value!.WaitForPages;

        Assert.Equal((forAny, ofEverybody, users), (policy.WaitsForAny, policy.OfEverybody, policy.Users.Count));
    }

    [Fact]
    public void None_asks_for_no_socket_and_no_budget()
    {
        var value = Read("socket: none\ndefaults: {budget: none}").Value!;

        Assert.Null(value.Socket);
        Assert.Equal(Rule.NoBudget, value.Defaults.BudgetPercent);
    }

    [Fact]
    public void A_file_rolls_every_day_and_keeps_all_unless_told()
    {
        var output = Assert.IsType<OutputConfiguration.File>(
            Read("outputs: [{file: {path: a.json, roll: {size: 64KiB}}}]").Value!.Outputs[0]);

        Assert.Equal(new RollPolicy(65_536, RollInterval.Day, null), output.Roll);
    }

    [Theory]
    [InlineData("outputs: [{fil: {path: a}}]", "1:12: unknown key 'fil' (did you mean 'file'?)")]
    [InlineData("outputs: [{file: {}}]", "1:18: a file output needs the key 'path'")]
    [InlineData("outputs: [{file: {path: a}, console: {}}]",
        "1:29: 'console' and 'file' exclude each other (keep exactly one of 'file', 'console', 'otlp')")]
    [InlineData("outputs: [{file: {path: a, keep: 3}}]", "1:28: 'keep' needs 'roll' (a file that does not roll is only one)")]
    [InlineData("outputs: [{file: {path: a, roll: {every: infinite}}}]",
        "1:35: a file that never rolls needs no 'roll' (add 'size', or leave 'roll' out)")]
    [InlineData("outputs: [{file: {path: a, roll: {size: 5 MB}}}]", "1:41: '5 MB' is not a size (such as 100MB, 64KiB or 1GB)")]
    [InlineData("outputs: [{file: {path: a, format: cleff}}]",
        "1:36: 'format' must be one of 'clef', 'clef-template', 'ecs', 'text', not 'cleff' (did you mean 'clef'?)")]
    [InlineData("outputs: [{file: {path: a}}, {file: {path: ./a}}]", "1:30: there is already an output to /etc/traceagent/a")]
    [InlineData("outputs: [{console: {}}, {console: {}}]", "1:26: there is already an output to standard output")]
    [InlineData("outputs: [{console: {}, name: a}, {file: {path: b}, name: a}]", "1:35: there is already an output called 'a'")]
    [InlineData("outputs: [{console: {}, name: A}]",
        "1:31: 'A' is not a name for an output (small letters, digits and . _ - ; a letter or digit first)")]
    [InlineData("outputs: [{otlp: {}}]", "1:18: an otlp output needs the key 'endpoint'")]
    [InlineData("outputs: [{otlp: {endpoint: 'host:4318'}}]",
        "1:29: 'host:4318' is not an address (such as http://127.0.0.1:4318; a password belongs into 'headers')")]
    [InlineData("outputs: [{otlp: {endpoint: 'http://a', protocol: http}}]",
        "1:51: 'protocol' must be one of 'http/protobuf', 'grpc', not 'http' (did you mean 'http/protobuf'?)")]
    [InlineData(
        "outputs: [{otlp: {endpoint: 'http://a', headers: {a b: c}}}]", "1:51: 'a b' is not the name of a header (letters, digits and -)")]
    [InlineData("outputs: [{otlp: {endpoint: 'http://a', headers: {a: '${NONE}'}}}]",
        "1:55: the environment variable 'NONE' is not set (a value for that case: ${NONE:-…})")]
    [InlineData("outputs: []", "1:10: 'outputs' is empty (leave the key out to write to standard output)")]
    [InlineData("rules: a/${NONE}/b", "1:10: the environment variable 'NONE' is not set (a value for that case: ${NONE:-…})")]
    [InlineData("defaults: {budget: 20}", "1:20: 'budget' must be a percentage of one CPU or none, not '20' (such as 2% or 0.5%)")]
    [InlineData("defaults: {total_budget: 0%}",
        "1:26: 'total_budget' must be above 0% and at most 10000% (100% is one whole CPU; 'none' lifts it)")]
    [InlineData("defaults: {limits: 1/s}", "1:12: unknown key 'limits' (did you mean 'limit'?)")]
    [InlineData("defaults: 20%", "1:11: 'defaults' must be a mapping (key: value), not text")]
    [InlineData("debug_info: {}", "1:13: 'debug_info' needs 'folders' or 'server' (folders: [/srv/debug])")]
    [InlineData("debug_info: /srv/debug", "1:13: 'debug_info' must be a mapping (key: value), not text")]
    [InlineData("debug_info: {folders: /srv/debug}", "1:23: 'folders' must be a list, not text (in brackets: [/srv/debug])")]
    [InlineData("debug_info: {folders: []}", "1:23: 'folders' must list 1 to 16 folders, not 0")]
    [InlineData("debug_info: {folders: ['']}", "1:24: 'folders' is empty")]
    [InlineData(
        "debug_info: {server: ftp://a}", "1:22: 'ftp://a' is not the address of a server (such as https://debuginfod.debian.net)")]
    [InlineData("debug_info: {folder: [/srv]}", "1:14: unknown key 'folder' (did you mean 'folders'?)")]
    [InlineData("binaries: {}", "1:11: 'binaries' needs 'allow' or 'deny' (deny: [/usr/sbin/sshd])")]
    [InlineData("binaries: {deny: /usr/sbin/sshd}", "1:18: 'deny' must be a list, not text (in brackets: [/srv/**])")]
    [InlineData(
        "binaries: {allow: []}", "1:19: 'allow' is empty (leave the key out for no restriction; deny: [\"/**\"] refuses everything)")]
    [InlineData("binaries: {allow: ['']}", "1:20: 'allow' is empty")]
    [InlineData("binaries: {allow: [{a: b}]}", "1:20: 'allow' must be text, not a mapping (text that begins with '{' needs quotes)")]
    [InlineData("binaries: {alow: [/srv/**]}", "1:12: unknown key 'alow' (did you mean 'allow'?)")]
    [InlineData("metrics: {listen: 9435}", "1:19: '9435' is not an address with a port (such as 127.0.0.1:9435)")]
    [InlineData("metrics: {listen: '10.0.0.1:1'}", "1:19: '10.0.0.1:1' is not a loopback address: metrics are served to anybody who " +
        "asks, unencrypted (127.0.0.1 or [::1]; a proxy or node-exporter's textfile collector can take them further)")]
    [InlineData("metrics: {textfile: a.txt}", "1:21: the name of a textfile ends in .prom (node-exporter reads no other files)")]
    [InlineData("metrics: {}", "1:10: 'metrics' needs 'listen' or 'textfile' (listen: 127.0.0.1:9435)")]
    [InlineData("flush: 2s", "1:8: 'flush' must be a time from 0 to 1s, such as 25ms, not '2s' (flush: 25ms)")]
    [InlineData("flush: 25", "1:8: 'flush' must be a time from 0 to 1s, such as 25ms, not '25' (flush: 25ms)")]
    [InlineData("flush: [1ms]", "1:8: 'flush' must be a time from 0 to 1s, such as 25ms, not a list (flush: 25ms)")]
    [InlineData(
        "wait_for_pages: most",
        "1:17: 'wait_for_pages' cannot be 'most' "
            + "(all, trusted, none, or a list of users who are trusted beside root: [postgres, www-data])")]
    [InlineData(
        "wait_for_pages: {}",
        "1:17: 'wait_for_pages' must be a word or a list, not a mapping "
            + "(all, trusted, none, or a list of users who are trusted beside root: [postgres, www-data])")]
    [InlineData(
        "wait_for_pages: []",
        "1:17: 'wait_for_pages' takes 1 to 63 users, not 0 "
            + "(all, trusted, none, or a list of users who are trusted beside root: [postgres, www-data])")]
    [InlineData(
        "wait_for_pages: [root, no-such-user]",
        "1:24: there is no user 'no-such-user' (the name or the number of a user of this machine)")]
    [InlineData("wait_for_pages: [4294967295]", "1:18: there is no user '4294967295' (the name or the number of a user of this machine)")]
    [InlineData("wait_for_pages: [[root]]", "1:18: a user must be a name or a number, not a list")]
    [InlineData("rules: a/${NONE", "1:10: a '${' without '}'")]
    public void A_mistake_is_told_at_its_place(string text, string expected)
    {
        var file = Read(text);

        Assert.Null(file.Value);
        var d = Assert.Single(file.Diagnostics);
        Assert.Equal(expected, $"{d.At.Line}:{d.At.Column}: {d.Message}{(d.Hint is null ? "" : $" ({d.Hint})")}");
    }

    private static AgentConfigurationFile Read(string text) => AgentConfigurationReader.Read(
        "agent.yaml", "/etc/traceagent", Encoding.UTF8.GetBytes(text), name => name == "LOGS" ? "/logs" : null);
}
