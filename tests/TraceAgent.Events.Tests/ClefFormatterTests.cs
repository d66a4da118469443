using System.Buffers.Binary;
using System.Text.Json;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules;

namespace TraceAgent.Events.Tests;

public class ClefFormatterTests
{
    [Fact]
    public void A_call_is_the_line_of_the_specification()
    {
        var sample = new Sample("AddNum({arg1}, {arg2}) = {ret} in {duration}", labels: [new("team", "payments")]);

        var line = sample.Line(sample.Record(3, 2, 5));

        Assert.Equal(
            """
            {"@t":"2026-11-22T15:27:33.667556412Z","@m":"AddNum(3, 2) = 5 in 1.2µs","@i":"633e55e9","rule":"add-num","event":"call","pid":1234,"tid":1234,"comm":"test","exe":"/srv/shop/test","symbol":"AddNum","args":{"arg1":3,"arg2":2},"ret":5,"duration_ns":1210,"labels":{"team":"payments"}}

            """,
            line);
    }

    [Theory]
    [InlineData("{symbol:call} of {binary}: {arg1}", "Add() of /a: 3", "shop::Add(int) of /b: 3")]
    [InlineData("<{symbol,5}>", "<  Add>", "<shop::Add(int)>")]
    public void A_message_of_several_sites_names_the_one_that_was_hit(string format, string atFirst, string atSecond)
    {
        var sample = new Sample(format, ProbeTrigger.Entry, [new(0, "arg1", CaptureType.Default)]);
        SiteName[] sites = [SiteName.Of("Add", "/a"), SiteName.Of("shop::Add(int)", "/b")];
        var shape = EventShape.Of(sample.Rule, sample.Bound, sites);
        var record = sample.Record(3);

        Assert.Equal(atFirst, MessageAt(0));
        Assert.Equal(atSecond, MessageAt(1));

        string MessageAt(uint site)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(RecordLayout.SiteOffset), site);
            return JsonDocument.Parse(Sample.LineOf(sample.Decoder.Decode(record, shape)!)).RootElement.GetProperty("@m").GetString()!;
        }
    }

    [Theory]
    [InlineData("nothing \"else\"", "nothing \"else\"")]
    [InlineData("{arg1}", "3")]
    [InlineData("{arg1}{arg2}", "3-2")]
    [InlineData("\t{arg1}", "\t3")]
    [InlineData("{arg1}\\{arg2,4}\"{tid}", "3\\  -2\"1234")]
    public void A_message_is_its_literals_and_holes_wherever_they_stand(string format, string expected)
    {
        var sample = new Sample(format);
        var traced = sample.Decode(sample.Record(3, -2, 5))!;
        var text = new LineBuffer();
        traced.AppendMessage(text);

        Assert.Equal(expected, text.ToString());
        Assert.Equal(expected, JsonDocument.Parse(Sample.LineOf(traced)).RootElement.GetProperty("@m").GetString());
    }

    [Fact]
    public void A_number_that_is_missing_or_too_large_is_not_taken_for_one()
    {
        var sample = new Sample(
            "{a} {b}", ProbeTrigger.Entry, [new(0, "a", new CaptureType.Integer(8, Signed: false)), new(1, "b", CaptureType.Default)]);
        var record = sample.Record(-1, 7);
        record[sample.Layout.Fields[1].OutcomeOffset!.Value] = (byte)Outcome.Fault;

        var line = JsonDocument.Parse(sample.Line(record)).RootElement;

        Assert.Equal("18446744073709551615 <fault>", line.GetProperty("@m").GetString());
        Assert.Equal("""{"a":"18446744073709551615","b":null}""", line.GetProperty("args").GetRawText());
    }

    [Fact]
    public void An_entry_has_no_ret_and_no_duration_and_says_its_level()
    {
        var sample = new Sample("AddNum({arg1})", ProbeTrigger.Entry, [new(0, "arg1", CaptureType.Default)], level: EventLevel.Warning);

        var line = sample.Line(sample.Record(-7));

        Assert.Contains("\"@m\":\"AddNum(-7)\",\"@i\":\"", line, StringComparison.Ordinal);
        Assert.EndsWith(
            "\"@l\":\"Warning\",\"rule\":\"add-num\",\"event\":\"entry\",\"pid\":1234,\"tid\":1234,\"comm\":\"test\"," +
                "\"exe\":\"/srv/shop/test\",\"symbol\":\"AddNum\",\"args\":{\"arg1\":-7}}\n",
            line,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_return_has_no_arguments_but_the_key()
    {
        var sample = new Sample("{symbol} = {ret}", ProbeTrigger.Return, []);

        Assert.EndsWith("\"symbol\":\"AddNum\",\"args\":{},\"ret\":0}\n", sample.Line(sample.Record(0)), StringComparison.Ordinal);
    }
}
