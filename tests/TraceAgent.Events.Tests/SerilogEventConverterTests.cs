using System.Text.Json;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Tests;

public class SerilogEventConverterTests
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

    [Theory]
    [InlineData(1000UL, "210ns", 1000)]
    [InlineData(5000UL, "0ns", 1210)]
    public void A_message_has_the_duration_without_what_tracing_added_and_properties_have_both(ulong added, string shown, long takenOff)
    {
        var sample = new Sample("in {duration}");
        sample.Decoder.Added[isEmulated: false, atInstructions: false] = added;
        sample.Decoder.Added[isEmulated: true, atInstructions: true] = 7;
        var logEvent = sample.Decode(sample.Record(1))!;

        var ours = Sample.LineOf(logEvent);
        var flat = SerilogEventConverter.Of(logEvent);
        var otel = OtelEvent.Of(logEvent, new LineBuffer());

        Assert.Contains($"\"@m\":\"in {shown}\"", ours, StringComparison.Ordinal);
        Assert.Contains($",\"duration_ns\":1210,\"tracing_ns\":{takenOff}", ours, StringComparison.Ordinal);
        Assert.Equal($"in {shown}", flat.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(("1210", $"{takenOff}"), ($"{flat.Properties["duration_ns"]}", $"{flat.Properties["tracing_ns"]}"));
        Assert.Equal(
            ("1210", $"{takenOff}"), ($"{otel.Properties["traceagent.duration_ns"]}", $"{otel.Properties["traceagent.tracing_ns"]}"));
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
