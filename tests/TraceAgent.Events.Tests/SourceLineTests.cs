using System.Text.Json;
using Serilog.Events;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules.Binding.Expressions;

namespace TraceAgent.Events.Tests;

/// <summary>Events at lines of source, in each format.</summary>
public class SourceLineTests
{
    private static readonly SourceLine Inlined = new(new SourcePlace("/src/shop/cart \"1\".c", 42, 7), ["price", "total", "main"]);
    private readonly Sample _sample = new(
        "{source} in {function}, {inlined}: {arg1}", ProbeTrigger.Entry, [new(0, "arg1", CaptureType.Default)]);

    [Fact]
    public void The_line_its_function_and_those_that_it_was_inlined_into_are_members()
    {
        using var line = JsonDocument.Parse(Sample.LineOf(At(Inlined)));

        var root = line.RootElement;
        Assert.Equal("cart \"1\".c:42", root.GetProperty("source").GetString());
        Assert.Equal("price", root.GetProperty("function").GetString());
        Assert.Equal(["price", "total", "main"], root.GetProperty("inlined").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("cart \"1\".c:42 in price, price < total < main: 3", root.GetProperty("@m").GetString());
    }

    [Fact]
    public void A_function_that_was_not_inlined_says_so_by_silence()
    {
        using var line = JsonDocument.Parse(Sample.LineOf(At(Inlined with { Functions = ["price"] })));

        Assert.False(line.RootElement.TryGetProperty("inlined", out _));
    }

    [Fact]
    public void The_elastic_schema_has_the_origin_of_the_line()
    {
        using var line = JsonDocument.Parse(Sample.LineOf(At(Inlined), new EcsFormatter()));

        var root = line.RootElement;
        Assert.Equal("/src/shop/cart \"1\".c", root.GetProperty("log.origin.file.name").GetString());
        Assert.Equal(42, root.GetProperty("log.origin.file.line").GetInt32());
        Assert.Equal("price", root.GetProperty("log.origin.function").GetString());
    }

    [Fact]
    public void OpenTelemetry_has_the_path_and_the_number_of_the_line()
    {
        var own = OtelEvent.Of(At(Inlined), new LineBuffer());

        Assert.Equal("/src/shop/cart \"1\".c", ((ScalarValue)own.Properties["code.file.path"]).Value);
        Assert.Equal(42L, ((ScalarValue)own.Properties["code.line.number"]).Value);
        Assert.Equal("price", ((ScalarValue)own.Properties["traceagent.function"]).Value);
        Assert.Equal(3, ((SequenceValue)own.Properties["traceagent.inlined"]).Elements.Count);
    }

    [Fact]
    public void Sinks_of_others_have_the_line_as_properties()
    {
        var own = SerilogEventConverter.Of(At(Inlined));

        Assert.Equal(
            "cart \"1\".c:42 in price, price < total < main: 3",
            own.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    private TracedEvent At(SourceLine source) => _sample.Decoder.Decode(
        _sample.Record(3), EventShape.Of(_sample.Rule, _sample.Bound, [SiteName.Of("total+0x14", "/srv/shop/test", source)]))!;
}
