using System.Text;
using System.Text.Json;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;

namespace TraceAgent.Events.Tests;

/// <summary>Values that lie in memory with a length, in units, or as floating point numbers.</summary>
public class MemoryValueTests
{
    private static readonly Dictionary<string, CaptureType> Types = new()
    {
        ["float"] = new CaptureType.Float(4),
        ["double"] = new CaptureType.Float(8),
        ["utf16"] = new CaptureType.Utf16(4),
        ["utf32"] = new CaptureType.Utf32(4),
        ["counted16"] = new CaptureType.CountedText(4, 2),
        ["counted32"] = new CaptureType.CountedText(4, 4),
        ["counted"] = new CaptureType.CountedText(12),
        ["object"] = new CaptureType.TextObject(TextLayout.StandardString, 12),
        ["string"] = new CaptureType.Text(12),
        ["bytes"] = new CaptureType.Bytes(12),
        ["sockaddr"] = new CaptureType.SocketAddress(),
        ["ipv6"] = new CaptureType.IPv6(),
        ["int8[]"] = new CaptureType.Array(new CaptureType.Integer(1, Signed: true), 12),
        ["uint16[]"] = new CaptureType.Array(new CaptureType.Integer(2, Signed: false), 4),
        ["int32[]"] = new CaptureType.Array(new CaptureType.Integer(4, Signed: true), 4),
        ["uint64[]"] = new CaptureType.Array(new CaptureType.Integer(8, Signed: false), 4),
        ["double[]"] = new CaptureType.Array(new CaptureType.Float(8), 4),
        ["ptr[]"] = new CaptureType.Array(new CaptureType.Pointer(), 4),
        ["bool[]"] = new CaptureType.Array(new CaptureType.Bool(), 4),
        ["ipv4[]"] = new CaptureType.Array(new CaptureType.IPv4(), 4),
        ["enum[]"] = new CaptureType.Array(new CaptureType.Enumeration(4, [new(1, "POST")]), 4),
    };

    [Theory]
    [InlineData("double", "{v}", 0x3ff8000000000000L, "1.5", "1.5")]
    [InlineData("double", "{v}", unchecked((long)0x8000000000000000), "-0", "-0")]
    [InlineData("double", "{v:f2}", 0x400921fb54442d18L, "3.141592653589793", "3.14")]
    [InlineData("double", "{v}", 0x7ff0000000000000L, "\"Infinity\"", "Infinity")]
    [InlineData("double", "{v}", 0x7ff8000000000001L, "\"NaN\"", "NaN")]
    [InlineData("double", "{v}", 1L, "5E-324", "5E-324")]
    [InlineData("float", "{v}", 0x3dcccccdL, "0.1", "0.1")]
    [InlineData("float", "{v}", 0x7f7fffffL, "3.4028235E+38", "3.4028235E+38")]
    [InlineData("float", "[{v,6:f1}]", 0xc2c80000L, "-100", "[-100.0]")]
    public void A_floating_point_number_is_a_number_where_JSON_has_it(string type, string format, long bits, string json, string message) =>
        AssertShown(type, format, bits, json, message);

    [Theory]
    [InlineData("int8[]", "{v}", "00ff7f80", "[0,-1,127,-128]", "[0, -1, 127, -128]")]
    [InlineData("uint16[]", "{v:x4}", "0100ffff", "[1,65535]", "[0001, ffff]")]
    [InlineData("int32[]", "{v}", "", "[]", "[]")]
    [InlineData("int32[]", "{v}", "fffffffffeffffff", "[-1,-2]", "[-1, -2]")]
    [InlineData("uint64[]", "{v}", "ffffffffffffffff0100000000000000", "[\"18446744073709551615\",1]", "[18446744073709551615, 1]")]
    [InlineData("double[]", "{v}", "000000000000f03f000000000000f0ff", "[1,\"-Infinity\"]", "[1, -Infinity]")]
    [InlineData("ptr[]", "{v}", "0000000000000000ff00000000000000", "[\"0x0\",\"0xff\"]", "[0x0, 0xff]")]
    [InlineData("bool[]", "{v}", "0002", "[false,true]", "[false, true]")]
    [InlineData("ipv4[]", "{v}", "7f000001", "[\"127.0.0.1\"]", "[127.0.0.1]")]
    [InlineData("enum[]", "[{v,10}]", "0100000002000000", "[\"POST\",2]", "[ [POST, 2]]")]
    public void A_list_is_an_array_of_its_elements(string type, string format, string bytes, string json, string message) =>
        AssertShown(type, format, Convert.FromHexString(bytes), json, message);

    [Theory]
    [InlineData("61006200000063006400", "ab", null)]
    [InlineData("3dd81ddc0000", "🐝", null)]
    [InlineData("3dd86100000000000000", "\ufffda", "invalid_utf16")]
    [InlineData("1ddc6100000000000000", "\ufffda", "invalid_utf16")]
    [InlineData("3dd80000000000000000", "\ufffd", "invalid_utf16")]
    [InlineData("61006200630064006500", "abcd", "truncated")]
    [InlineData("6100620063003dd81ddc", "abc", "truncated")]
    [InlineData("6100620063003dd86100", "abc\ufffd", "truncated,invalid_utf16")]
    [InlineData("1ddc6200630064006500", "\ufffdbcd", "truncated,invalid_utf16")]
    public void UTF16_is_decoded_up_to_its_NUL(string bytes, string text, string? problem)
    {
        var json = Entry("utf16").Json(Entry("utf16").Record(Convert.FromHexString(bytes)));

        Assert.Equal(text, json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal(problem, ProblemOf(json));
    }

    [Theory]
    [InlineData("utf32", "610000006200000000000000", "ab", null)]
    [InlineData("utf32", "1df4010000000000", "🐝", null)]
    [InlineData("utf32", "3dd800006100000000000000", "\ufffda", "invalid_utf32")]
    [InlineData("utf32", "ffffffff0000110000000000", "\ufffd\ufffd", "invalid_utf32")]
    [InlineData("utf32", "6100000062000000630000006400000065000000", "abcd", "truncated")]
    [InlineData("utf32", "6100000062000000630000001df401001df40100", "abc🐝", "truncated")]
    [InlineData("counted32", "610000000000000062000000", "a\ufffdb", "invalid_utf32")]
    [InlineData("counted32", "1df401001df401001df401001df40100", "🐝🐝🐝🐝", null)]
    [InlineData("counted16", "610000006200", "a\ufffdb", "invalid_utf16")]
    [InlineData("counted16", "3dd81ddc", "🐝", null)]
    [InlineData("counted16", "61003dd8", "a\ufffd", "invalid_utf16")]
    public void Wide_text_is_decoded_and_what_is_no_character_is_told(string type, string bytes, string text, string? problem)
    {
        var json = Entry(type).Json(Entry(type).Record(Convert.FromHexString(bytes)));

        Assert.Equal(text, json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal(problem, ProblemOf(json));
    }

    [Theory]
    [InlineData("utf32", "6100000062", "\"a\"", "truncated,fault")]
    [InlineData("counted32", "6100000062", "\"a\"", "truncated,fault")]
    [InlineData("counted16", "61003dd8", "\"a\"", "truncated,fault")]
    [InlineData("string", "616263", "\"abc\"", "truncated,fault")]
    [InlineData("string", "61006263", "\"a\"", null)]
    [InlineData("string", "61c3", "\"a\"", "truncated,fault")]
    [InlineData("utf16", "610062", "\"a\"", "truncated,fault")]
    [InlineData("utf16", "3dd8", "\"\"", "truncated,fault")]
    [InlineData("utf16", "6100000062", "\"a\"", null)]
    [InlineData("counted", "6162", "\"ab\"", "truncated,fault")]
    [InlineData("bytes", "6162", "\"6162\"", "truncated,fault")]
    [InlineData("int32[]", "0100000002", "[1]", "truncated,fault")]
    [InlineData("ipv6", "00000000000000000000000000000001", "\"::1\"", null)]
    [InlineData("ipv6", "000000000000000000000000000000", "null", "fault")]
    [InlineData("sockaddr", "0200005001020304", "\"1.2.3.4:80\"", null)]
    [InlineData("sockaddr", "02000050010203", "null", "fault")]
    [InlineData("sockaddr", "0a000050", "null", "fault")]
    [InlineData("sockaddr", "01002f61", "\"/a\"", "truncated,fault")]
    [InlineData("sockaddr", "01002f6100", "\"/a\"", null)]
    [InlineData("sockaddr", "02", "null", "fault")]
    public void What_could_be_read_before_a_missing_page_is_shown_when_it_means_something(
        string type, string bytes, string value, string? problem)
    {
        var sample = Entry(type);

        var json = sample.Json(sample.Record((Convert.FromHexString(bytes), Outcome.Cut)));

        Assert.Equal(value, json.GetProperty("args").GetProperty("v").GetRawText());
        Assert.Equal(problem, ProblemOf(json));
        Assert.Equal(problem == "truncated,fault", json.GetProperty("@m").GetString()!.EndsWith('…'));
    }

    [Fact]
    public void A_text_with_a_length_may_have_a_NUL_which_no_line_has()
    {
        var sample = Entry("counted");

        var json = sample.Json(sample.Record("a\0b"));

        Assert.Equal("a\ufffdb", json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal("invalid_utf8", ProblemOf(json));
    }

    [Theory]
    [InlineData("object")]
    [InlineData("bytes")]
    [InlineData("int8[]")]
    public void What_was_cut_says_how_long_it_was(string type)
    {
        var sample = Entry(type);
        var record = sample.Record((Encoding.ASCII.GetBytes("twelve bytes"), Outcome.Truncated));
        BitConverter.TryWriteBytes(record.AsSpan(sample.Layout.Fields[0].Offset), 1234);

        Assert.Contains(",\"lengths\":{\"v\":1234},\"problems\":{\"v\":\"truncated\"}", sample.Line(record), StringComparison.Ordinal);
        Assert.Contains("\"v_length\":1234", sample.Line(record, new ClefTemplateFormatter()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("counted", "token=abc", "\"token=***\"")]
    [InlineData("utf16", "a=b", "\"a=b\"")]
    [InlineData("int8[]", "token=abc", "\"***\"")]
    public void Secrets_are_hidden_in_every_kind_of_text(string type, string text, string value)
    {
        var sample = Entry(type);
        var encoding = type == "utf16" ? Encoding.Unicode : Encoding.ASCII;

        var record = sample.Record(encoding.GetBytes(text + (type == "utf16" ? "\0" : "")));
        var json = sample.Json(record);

        Assert.Equal(value, json.GetProperty("args").GetProperty("v").GetRawText());
        Assert.Equal(value.Contains('*', StringComparison.Ordinal) ? "redacted" : null, ProblemOf(json));
        Assert.DoesNotContain("abc", sample.Line(record, new ClefTemplateFormatter()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_UTF16_is_hidden()
    {
        var sample = new Sample("{v}", ProbeTrigger.Entry, [new(0, "v", new CaptureType.Utf16(20))]);

        Assert.Equal("token=***", sample.Message(sample.Record(Encoding.Unicode.GetBytes("token=abc\0"))));
    }

    [Theory]
    [InlineData("int32[]")]
    [InlineData("utf16")]
    [InlineData("object")]
    public void Every_one_can_be_missing_and_hidden_by_name(string type)
    {
        var sample = Entry(type);
        Assert.Contains("\"v\":null", sample.Line(sample.Record(Outcome.Null)), StringComparison.Ordinal);
        Assert.Equal("<fault>", sample.Message(sample.Record(Outcome.Fault)));

        var hidden = new Sample("{v}", ProbeTrigger.Entry, [new(0, "v", Types[type])], redacted: ["v"]);
        Assert.Equal("***", hidden.Message(hidden.Record("abcdefgh")));
        Assert.Contains("\"v\":\"***\"", hidden.Line(hidden.Record("abcdefgh")), StringComparison.Ordinal);
    }

    private static Sample Entry(string type, string format = "{v}") => new(format, ProbeTrigger.Entry, [new(0, "v", Types[type])]);

    private static string? ProblemOf(JsonElement json) =>
        json.TryGetProperty("problems", out var problems) ? problems.GetProperty("v").GetString() : null;

    private static void AssertShown(string type, string format, object value, string json, string message)
    {
        var sample = Entry(type, format);
        var record = sample.Record(value);

        Assert.EndsWith($"\"args\":{{\"v\":{json}}}}}\n", sample.Line(record), StringComparison.Ordinal);
        Assert.Equal(message, sample.Message(record));
        Assert.Equal(
            message, SerilogEventConverter.Of(sample.Decode(record)!).RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        var property = JsonDocument.Parse(sample.Line(record, new ClefTemplateFormatter())).RootElement.GetProperty("v");
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, property), $"{json} is {property} in the template format");
    }
}
