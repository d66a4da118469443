using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Events;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Formats;
using TraceAgent.Events.PacketLines;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Events.Tests;

public class PacketEventTests
{
    private const string Edge =
        "name: edge, interface: eth0, count: {}, deny: [203.0.113.0/24], labels: {team: net}, format: \"{packets} packets ({bytes:n0} " +
            "bytes) from {source,-14}!\"";

    private static readonly PacketSubject Source = new("203.0.113.7", 1);
    private static readonly PacketNumbers Numbers = new(12, 7200, 3, 0);

    [Fact]
    public void A_source_in_an_interval_is_one_line() => Assert.Equal(
        """
        {"@t":"2026-11-22T15:27:33.667556412Z","@m":"12 packets (7,200 bytes) from 203.0.113.7   !","@i":"ID","rule":"edge","event":"packets","interface":"eth0","source":"203.0.113.7","packets":12,"bytes":7200,"dropped":3,"spared":0,"interval_ns":10000000000,"labels":{"team":"net"}}

        """,
        WithoutId(Sample.LineOf(Interval(Source))));

    [Fact]
    public void The_others_have_a_number_instead_of_a_source()
    {
        var line = JsonDocument.Parse(Sample.LineOf(Interval(new PacketSubject(null, 4711)))).RootElement;

        Assert.Equal("12 packets (7,200 bytes) from 4711 others   !", line.GetProperty("@m").GetString());
        Assert.Equal((JsonValueKind.Null, 4711), (line.GetProperty("source").ValueKind, line.GetProperty("sources").GetInt32()));
    }

    [Fact]
    public void A_dropped_source_is_told_with_the_network_that_denies_it() => Assert.Equal(
        """
        {"@t":"2026-11-22T15:27:33.667556412Z","@m":"203.0.113.7 on eth0 is dropped by 203.0.113.0/24: 12 packets (7200 bytes) so far","@i":"ID","@l":"Warning","rule":"guard","event":"dropped","interface":"eth0","source":"203.0.113.7","packets":12,"bytes":7200,"prefix":"203.0.113.0/24","dry_run":false}

        """,
        WithoutId(Sample.LineOf(Dropped("name: guard, interface: eth0, deny: [203.0.113.0/24], level: warning"))));

    [Fact]
    public void A_dry_run_says_so() =>
        Assert.Contains(
            "203.0.113.7 on eth0 would be dropped by 203.0.113.0/24",
            Sample.LineOf(Dropped("name: guard, interface: eth0, deny: [203.0.113.0/24], dry_run: true"), new TextFormatter()),
            StringComparison.Ordinal);

    [Fact]
    public void Lines_of_one_rule_and_event_share_their_hash()
    {
        var ids = new[] { Interval(Source), Interval(new PacketSubject("10.0.0.1", 1)), Dropped(Edge) }
            .Select(line => JsonDocument.Parse(Sample.LineOf(line)).RootElement.GetProperty("@i").GetString()).ToList();

        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Fact]
    public void The_common_schema_has_the_source_under_its_own_names() => Assert.Equal(
        """
        {"@timestamp":"2026-11-22T15:27:33.667556412Z","log.level":"info","message":"12 packets (7,200 bytes) from 203.0.113.7   !","ecs.version":"8.11.0","source":{"ip":"203.0.113.7","packets":12,"bytes":7200},"traceagent":{"rule":"edge","event":"packets","interface":"eth0","dropped":3,"spared":0,"interval_ns":10000000000,"labels":{"team":"net"}}}

        """,
        Sample.LineOf(Interval(Source), new EcsFormatter()));

    [Fact]
    public void Any_Serilog_sink_renders_the_message_that_we_render()
    {
        var line = Interval(Source);

        Assert.Equal(
            "12 packets (7,200 bytes) from 203.0.113.7   !", SerilogEventConverter.Of(line).RenderMessage(CultureInfo.InvariantCulture));
        Assert.Equal(
            12, JsonDocument.Parse(Sample.LineOf(line, new ClefTemplateFormatter())).RootElement.GetProperty("packets").GetInt32());
    }

    [Fact]
    public void Attributes_have_the_names_of_the_semantic_conventions() => Assert.Equal(
        new Dictionary<string, object?>
        {
            ["traceagent.rule"] = "edge",
            ["traceagent.event"] = "packets",
            ["network.interface.name"] = "eth0",
            ["source.address"] = "203.0.113.7",
            ["traceagent.packets"] = 12L,
            ["traceagent.bytes"] = 7200L,
            ["traceagent.dropped"] = 3L,
            ["traceagent.spared"] = 0L,
            ["traceagent.interval_ns"] = 10_000_000_000L,
            ["traceagent.labels.team"] = "net",
        },
        OtelEvent.Of(Interval(Source), new LineBuffer()).Properties.ToDictionary(one => one.Key, one => ((ScalarValue)one.Value).Value));

    [Fact]
    public void Every_value_of_a_message_can_be_shown()
    {
        const string format = "{packets} {bytes} {source} {interface} {rule} {time:HH:mm} {dropped} {spared}";
        var line = new PacketEvent(
            Rule($"name: edge, interface: eth0, count: {{}}, format: \"{format}\""),
            PacketEventKind.Total, Sample.Epoch, Source, Numbers);

        Assert.Contains(
            " edge: 12 7200 203.0.113.7 eth0 edge 15:27 3 0\n", Sample.LineOf(line, new TextFormatter()), StringComparison.Ordinal);
        Assert.Contains("\"event\":\"total\"", Sample.LineOf(line), StringComparison.Ordinal);
    }

    private static PacketRule Rule(string text) => Assert.Single(RuleFileReader.Read(
        "rules.yaml", "/srv/shop", Encoding.UTF8.GetBytes($"packets:\n  - {{{text}}}\n")).Packets);

    private static PacketEvent Interval(PacketSubject subject) =>
        new(Rule(Edge), PacketEventKind.Packets, Sample.Epoch, subject, Numbers) { Interval = 10_000_000_000 };

    private static PacketEvent Dropped(string rule) =>
        new(Rule(rule), PacketEventKind.Dropped, Sample.Epoch, Source, Numbers) { Prefix = "203.0.113.0/24" };

    private static string WithoutId(string line) =>
        System.Text.RegularExpressions.Regex.Replace(line, "\"@i\":\"[0-9a-f]{8}\"", "\"@i\":\"ID\"");
}
