using System.Text;
using System.Text.Json;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Shapes;

namespace TraceAgent.Events.Tests;

public class ValueTests
{
    private static readonly CaptureType Text = new CaptureType.Text(16);

    private static Sample Entry(CaptureType type, string format = "{v}") => new(format, ProbeTrigger.Entry, [new(0, "v", type)]);

    [Theory]
    [InlineData("{v}", -1L, "-1")]
    [InlineData("{v:x}", -1L, "ffffffff")]
    [InlineData("{v:X8}", 48879L, "0000BEEF")]
    [InlineData("{v:d4}", 7L, "0007")]
    [InlineData("{v:n0}", 90310L, "90,310")]
    [InlineData("[{v,6}]", 42L, "[    42]")]
    [InlineData("[{v,-6}]", 42L, "[42    ]")]
    [InlineData("[{v,1}]", 42L, "[42]")]
    [InlineData("{{{v}}}", 42L, "{42}")]
    [InlineData("{rule} {binary} {symbol} {pid} {tid} {comm} {exe}", 0L, "add-num /srv/shop/test AddNum 1234 1234 test /srv/shop/test")]
    [InlineData("{time:HH:mm:ss.fff}", 0L, "15:27:33.667")]
    public void A_message_shows_an_int_as_its_hole_asks(string format, long value, string expected)
    {
        var sample = Entry(new CaptureType.Integer(4, Signed: true), format);

        Assert.Equal(expected, sample.Message(sample.Record(value)));
    }

    [Theory]
    [InlineData("AddNum", "AddNum()")]
    [InlineData("AddNum+0x14", "AddNum+0x14()")]
    [InlineData("main.(*Server).handle", "main.(*Server).handle()")]
    [InlineData("libstdcxx:throw", "libstdcxx:throw()")]
    [InlineData("shop::add(int)", "shop::add(int)")]
    [InlineData("shop::Cart::count() const", "shop::Cart::count() const")]
    [InlineData("shop::add(int)+0x14", "shop::add(int)+0x14")]
    public void A_symbol_is_shown_as_a_call_without_brackets_after_its_parameters(string symbol, string expected) =>
        Assert.Equal(expected, MessageText.SymbolText(symbol, "call"));

    [Theory]
    [InlineData("AddNum", "AddNum")]
    [InlineData("main.(*Server).handle", "main.(*Server).handle")]
    [InlineData("shop::add(int)", "shop::add")]
    [InlineData("shop::add(int (*)(char))", "shop::add")]
    [InlineData("shop::Cart::count() const", "shop::Cart::count")]
    [InlineData("shop::add(int)+0x14", "shop::add+0x14")]
    [InlineData("shop::Cart::operator()(int) const", "shop::Cart::operator()")]
    [InlineData("shop::add(int) [clone .isra.0]", "shop::add [clone .isra.0]")]
    public void In_front_of_its_arguments_a_symbol_leaves_its_parameters_out(string symbol, string expected) =>
        Assert.Equal(expected, MessageText.SymbolText(symbol, MessageText.BareSymbol));

    [Theory]
    [InlineData(0UL, "0")]
    [InlineData(9_223_372_036_854_775_807UL, "9223372036854775807")]
    [InlineData(9_223_372_036_854_775_808UL, "\"9223372036854775808\"")]
    [InlineData(ulong.MaxValue, "\"18446744073709551615\"")]
    public void Unsigned_values_above_the_signed_range_are_strings(ulong value, string expected)
    {
        var sample = Entry(new CaptureType.Integer(8, Signed: false));

        Assert.Equal(expected, sample.Json(sample.Record(value)).GetProperty("args").GetProperty("v").GetRawText());
    }

    [Fact]
    public void The_smallest_number_keeps_its_value()
    {
        var sample = Entry(CaptureType.Default);

        Assert.Equal(long.MinValue, sample.Json(sample.Record(long.MinValue)).GetProperty("args").GetProperty("v").GetInt64());
    }

    [Fact]
    public void A_pointer_is_a_hexadecimal_string()
    {
        var sample = Entry(new CaptureType.Pointer());

        var json = sample.Json(sample.Record(0x7ffd_0000_1234UL));

        Assert.Equal("0x7ffd00001234", json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal("0x7ffd00001234", json.GetProperty("@m").GetString());
    }

    [Theory]
    [InlineData(Outcome.Null, "<null>", "null")]
    [InlineData(Outcome.Fault, "<fault>", "fault")]
    [InlineData(Outcome.NotResident, "<fault>", "fault,not_resident")]
    [InlineData((Outcome)200, "<fault>", "fault")]
    public void A_value_that_could_not_be_read_is_null_and_says_why(Outcome outcome, string message, string problem)
    {
        var sample = Entry(Text);

        var json = sample.Json(sample.Record(outcome));

        Assert.Equal(JsonValueKind.Null, json.GetProperty("args").GetProperty("v").ValueKind);
        Assert.Equal(problem, json.GetProperty("problems").GetProperty("v").GetString());
        Assert.Equal(message, json.GetProperty("@m").GetString());
    }

    [Fact]
    public void A_cut_text_keeps_whole_characters_and_ends_in_an_ellipsis()
    {
        var sample = Entry(Text);
        var cut = Encoding.UTF8.GetBytes("Grüße, Zoë ☃")[..15];

        var json = sample.Json(sample.Record((cut, Outcome.Truncated)));

        Assert.Equal("Grüße, Zoë ", json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal("Grüße, Zoë …", json.GetProperty("@m").GetString());
        Assert.Equal("truncated", json.GetProperty("problems").GetProperty("v").GetString());
    }

    [Fact]
    public void Invalid_utf8_is_replaced_and_flagged()
    {
        var sample = Entry(Text);

        var json = sample.Json(sample.Record(new byte[] { 0x61, 0xff, 0x62, 0xc3 }));

        Assert.Equal("a\ufffdb\ufffd", json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal("invalid_utf8", json.GetProperty("problems").GetProperty("v").GetString());
    }

    [Fact]
    public void A_text_ends_at_a_NUL_and_the_line_has_none()
    {
        var sample = Entry(Text);

        var line = sample.Line(sample.Record("ab\0cd"));

        Assert.Contains("\"v\":\"ab\"", line, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u0000", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_length_beyond_the_field_reads_no_other_field()
    {
        var sample = new Sample("{a}", ProbeTrigger.Entry, [new(0, "a", Text), new(1, "b", Text)]);
        var record = sample.Record("0123456789abcdef", "secret");
        record[sample.Layout.Fields[0].Offset + 3] = 0x7f;

        var json = sample.Json(record);

        Assert.Equal("0123456789abcdef…", json.GetProperty("@m").GetString());
        Assert.Equal("secret", json.GetProperty("args").GetProperty("b").GetString());
    }

    [Fact]
    public void A_short_record_and_a_foreign_one_are_counted_not_decoded()
    {
        var sample = Entry(CaptureType.Default);
        var record = sample.Record(1);
        var foreign = sample.Record(1);
        foreign[RecordLayout.KindOffset] = 3;
        var elsewhere = sample.Record(1);
        elsewhere[RecordLayout.SiteOffset] = 1;

        Assert.Null(sample.Decode([]));
        Assert.Null(sample.Decode(record.AsSpan(0, record.Length - 1)));
        Assert.Null(sample.Decode(foreign));
        Assert.Null(sample.Decode(elsewhere));
        Assert.NotNull(sample.Decode(record));
        Assert.Equal((2, 2), (sample.Decoder.ShortRecords, sample.Decoder.ForeignRecords));
    }

    [Theory]
    [InlineData(0UL, "0ns")]
    [InlineData(35UL, "35ns")]
    [InlineData(999UL, "999ns")]
    [InlineData(1_210UL, "1.2µs")]
    [InlineData(999_949UL, "999.9µs")]
    [InlineData(999_950UL, "1ms")]
    [InlineData(2_310_000UL, "2.31ms")]
    [InlineData(999_995_000UL, "1s")]
    [InlineData(1_500_000_000UL, "1.5s")]
    [InlineData(90_000_000_000UL, "90s")]
    [InlineData(ulong.MaxValue, "18446744073.71s")]
    public void A_duration_is_shown_in_the_unit_that_fits(ulong nanoseconds, string expected) =>
        Assert.Equal(expected, Duration("{duration}", nanoseconds));

    [Theory]
    [InlineData("{duration:ns}", "1500000")]
    [InlineData("{duration:us}", "1500")]
    [InlineData("{duration:ms}", "1.5")]
    [InlineData("{duration:s}", "0.0015")]
    public void A_unit_as_format_gives_a_plain_number(string format, string expected) =>
        Assert.Equal(expected, Duration(format, 1_500_000));

    private static string Duration(string format, ulong nanoseconds)
    {
        var sample = new Sample(format);
        var record = sample.Record(1, 2, 3);
        BitConverter.TryWriteBytes(record.AsSpan(RecordLayout.DurationOffset), nanoseconds);
        return sample.Message(record);
    }
}
