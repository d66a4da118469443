using Serilog.Events;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;

namespace TraceAgent.Events.Tests;

public class OtelEventTests
{
    private readonly Sample _sample = new(
        "{fd} of {path}",
        arguments: [new(0, "fd", new CaptureType.Integer(4, Signed: true)), new(
            1, "path", new CaptureType.Text(8)), new(2, "addr", new CaptureType.Pointer())],
        labels: [new("team", "payments")]);

    [Fact]
    public void Attributes_have_the_names_of_the_semantic_conventions()
    {
        var own = OtelEvent.Of(
            _sample.Decode(_sample.Record(-1, ("/etc/pas"u8.ToArray(), Outcome.Truncated), 0x10UL, Outcome.Fault))!, new LineBuffer());
        _sample.Decode(_sample.Record(5, "other", 0x20UL, 9));

        Assert.Equal("-1 of /etc/pas…", own.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["process.pid"] = 1234L,
                ["thread.id"] = 1234L,
                ["thread.name"] = "test",
                ["code.function.name"] = "AddNum",
                ["process.executable.path"] = "/srv/shop/test",
                ["traceagent.rule"] = "add-num",
                ["traceagent.event"] = "call",
                ["traceagent.duration_ns"] = 1210L,
                ["traceagent.args.fd"] = -1L,
                ["traceagent.args.path"] = "/etc/pas",
                ["traceagent.problems.path"] = "truncated",
                ["traceagent.args.addr"] = "0x10",
                ["traceagent.problems.ret"] = "fault",
                ["traceagent.labels.team"] = "payments",
            },
            own.Properties.ToDictionary(one => one.Key, one => ((ScalarValue)one.Value).Value));
    }

    [Fact]
    public void A_message_that_looks_like_a_template_is_a_text()
    {
        var sample = new Sample("{path}", arguments: [new(0, "path", new CaptureType.Text(16))]);

        var own = OtelEvent.Of(sample.Decode(sample.Record("{fd} {{", 1))!, new LineBuffer());

        Assert.Equal("{fd} {{", own.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
    }
}
