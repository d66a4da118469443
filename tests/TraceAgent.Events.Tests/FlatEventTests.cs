using System.Text.Json;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Tests;

public class FlatEventTests
{
    private const string Format =
        "{fd:x} {fd,5} {path} {addr} {ret} {duration} {duration:ms} {comm} {exe} {symbol} {symbol:call} {rule} {pid}";

    private readonly Sample _sample = new(
        Format,
        arguments: [new(0, "fd", new CaptureType.Integer(4, Signed: true)), new(
            1, "path", new CaptureType.Text(8)), new(2, "addr", new CaptureType.Pointer())],
        labels: [new("team", "payments")]);

    [Fact]
    public void Any_Serilog_sink_renders_the_message_that_we_render()
    {
        var logEvent = _sample.Decode(_sample.Record(-1, ("/etc/pas"u8.ToArray(), Outcome.Truncated), 0x10UL, Outcome.Fault))!;
        var ours = JsonDocument.Parse(Sample.LineOf(logEvent)).RootElement.GetProperty("@m").GetString();

        var flat = SerilogEventConverter.Of(logEvent);
        _sample.Decode(_sample.Record(5, "other", 0x20UL, 9));

        Assert.Equal("ffffffff    -1 /etc/pas… 0x10 <fault> 1.2µs 0.00121 test /srv/shop/test AddNum AddNum() add-num 1234", ours);
        Assert.Equal(ours, flat.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_template_format_has_flat_typed_properties()
    {
        var json =
            JsonDocument.Parse(_sample.Line(_sample.Record(3, "a\"b", 0x10UL, ulong.MaxValue), new ClefTemplateFormatter())).RootElement;

        Assert.Equal(Format, json.GetProperty("@mt").GetString());
        Assert.Equal(3, json.GetProperty("fd").GetInt32());
        Assert.Equal("a\"b", json.GetProperty("path").GetString());
        Assert.Equal("0x10", json.GetProperty("addr").GetString());
        Assert.Equal(-1, json.GetProperty("ret").GetInt64());
        Assert.Equal(1210, json.GetProperty("duration_ns").GetInt64());
        Assert.Equal("payments", json.GetProperty("team").GetString());
        Assert.Equal("call", json.GetProperty("event").GetString());
    }

    [Fact]
    public void What_the_agent_says_itself_is_a_template_without_holes()
    {
        const string reason = "/srv/{action}/r.yaml:1:1: '{}' does not name a value";
        const string text = $"rule rejected: {reason}";
        var statement = AgentEvents.Rejected(null, reason, Sample.Epoch);
        var template =
            JsonDocument.Parse(Sample.LineOf(statement, new ClefTemplateFormatter())).RootElement.GetProperty("@mt").GetString()!;

        Assert.Equal("rule rejected: /srv/{{action}}/r.yaml:1:1: '{{}}' does not name a value", template);
        Assert.Equal(text, SerilogEventConverter.Of(statement).RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(text, new Serilog.Parsing.MessageTemplateParser().Parse(template)
            .Render(new Dictionary<string, Serilog.Events.LogEventPropertyValue>(), System.Globalization.CultureInfo.InvariantCulture));
    }
}
