using System.Text.Json;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Expressions;

namespace TraceAgent.Events.Tests;

public class TypedValueTests
{
    private static readonly Dictionary<string, CaptureType> Types = new()
    {
        ["bool"] = new CaptureType.Bool(),
        ["char"] = new CaptureType.Char(),
        ["errno"] = new CaptureType.Errno(),
        ["signal"] = new CaptureType.Signal(),
        ["enum"] = new CaptureType.Enumeration(4, [new(0, "GET"), new(1, "PO\"ST"), new(-1, "NONE")]),
        ["duration"] = new CaptureType.Duration(),
        ["ipv4"] = new CaptureType.IPv4(),
        ["ipv6"] = new CaptureType.IPv6(),
        ["sockaddr"] = new CaptureType.SocketAddress(),
        ["bytes"] = new CaptureType.Bytes(4),
    };

    [Theory]
    [InlineData("bool", "{v}", 0L, "false", "false")]
    [InlineData("bool", "{v}", 1L, "true", "true")]
    [InlineData("bool", "{v}", 0x8000L, "false", "false")]
    [InlineData("bool", "{v:d}", 255L, "true", "1")]
    [InlineData("char", "{v}", 'a', "\"a\"", "a")]
    [InlineData("char", "{v}", 0x1b, "\"\\\\x1b\"", "\\x1b")]
    [InlineData("char", "{v}", 0L, "\"\\\\x00\"", "\\x00")]
    [InlineData("char", "{v}", 0xe9, "\"\\\\xe9\"", "\\xe9")]
    [InlineData("char", "{v:x}", 'a', "\"a\"", "61")]
    [InlineData("char", "[{v,3}]", 'a', "\"a\"", "[  a]")]
    [InlineData("errno", "{v}", 2L, "2", "ENOENT (No such file or directory)")]
    [InlineData("errno", "{v}", -2L, "2", "ENOENT (No such file or directory)")]
    [InlineData("errno", "{v}", -133L, "133", "EHWPOISON (Memory page has hardware error)")]
    [InlineData("errno", "{v}", 0L, "0", "0")]
    [InlineData("errno", "{v}", -4095L, "4095", "4095")]
    [InlineData("errno", "{v}", -4096L, "-4096", "-4096")]
    [InlineData("errno", "{v:d}", -11L, "11", "11")]
    [InlineData("signal", "{v}", 1L, "\"SIGHUP\"", "SIGHUP")]
    [InlineData("signal", "{v}", 15L, "\"SIGTERM\"", "SIGTERM")]
    [InlineData("signal", "{v}", 31L, "\"SIGSYS\"", "SIGSYS")]
    [InlineData("signal", "{v}", 34L, "34", "34")]
    [InlineData("signal", "{v}", 0L, "0", "0")]
    [InlineData("signal", "{v}", -1L, "-1", "-1")]
    [InlineData("signal", "{v:x}", -1L, "-1", "ffffffff")]
    [InlineData("signal", "{v:d}", 9L, "\"SIGKILL\"", "9")]
    [InlineData("enum", "{v}", 0L, "\"GET\"", "GET")]
    [InlineData("enum", "{v}", 1L, "\"PO\\\"ST\"", "PO\"ST")]
    [InlineData("enum", "{v}", -1L, "\"NONE\"", "NONE")]
    [InlineData("enum", "{v}", 7L, "7", "7")]
    [InlineData("enum", "{v:x}", -1L, "\"NONE\"", "ffffffff")]
    [InlineData("duration", "{v}", 1210L, "1210", "1.2µs")]
    [InlineData("duration", "{v:ms}", 1_500_000L, "1500000", "1.5")]
    [InlineData("ipv4", "{v}", 0x0100007fL, "\"127.0.0.1\"", "127.0.0.1")]
    [InlineData("ipv4", "{v}", 0xffffffffL, "\"255.255.255.255\"", "255.255.255.255")]
    public void A_scalar_of_a_type_is_shown_as_that_type(string type, string format, long value, string json, string message) =>
        AssertShown(type, format, value, json, message);

    [Theory]
    [InlineData("ipv6", "00000000000000000000000000000001", "::1")]
    [InlineData("ipv6", "20010db8000000000001000000000001", "2001:db8::1:0:0:1")]
    [InlineData("ipv6", "00000000000000000000ffff01020304", "::ffff:1.2.3.4")]
    [InlineData("sockaddr", "02000050010203040000000000000000", "1.2.3.4:80")]
    [InlineData("sockaddr", "0a00005000000000000000000000000000000000000000010000000000000000", "[::1]:80")]
    [InlineData("sockaddr", "0a0001bb00000000fe800000000000000000000000000001020000000000", "[fe80::1%2]:443")]
    [InlineData("sockaddr", "01002f72756e2f782e736f636b00ffff", "/run/x.sock")]
    [InlineData("sockaddr", "0100006e616d6500ffff", "@name")]
    [InlineData("sockaddr", "01000000", "@")]
    [InlineData("sockaddr", "11000050", "family 17")]
    [InlineData("sockaddr", "02000050", "family 2")]
    [InlineData("sockaddr", "", "family 0")]
    [InlineData("bytes", "", "")]
    [InlineData("bytes", "00ff1b22", "00ff1b22")]
    public void An_address_or_bytes_are_a_text(string type, string bytes, string text) =>
        AssertShown(type, "{v}", Convert.FromHexString(bytes), JsonSerializer.Serialize(text), text);

    [Fact]
    public void Bytes_take_capitals() => AssertShown("bytes", "{v:X}", new byte[] { 0xab, 0x0c }, "\"ab0c\"", "AB0C");

    [Fact]
    public void An_error_number_has_its_name_beside_it()
    {
        var sample = new Sample("{ret}", ProbeTrigger.Call, [new(0, "err", Types["errno"])], Types["errno"]);

        Assert.EndsWith(
            "\"args\":{\"err\":0},\"ret\":13,\"errno\":{\"ret\":\"EACCES\"},\"duration_ns\":1210}\n",
            sample.Line(sample.Record(0, -13)),
            StringComparison.Ordinal);
        Assert.Contains("\"errno\":{\"err\":\"EPERM\",\"ret\":\"EIO\"}", sample.Line(sample.Record(1, 5)), StringComparison.Ordinal);
        Assert.DoesNotContain("\"errno\"", sample.Line(sample.Record(0, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_were_cut_say_how_many_there_were()
    {
        var sample = Entry("bytes", "{v}");
        var record = sample.Record((new byte[] { 1, 2, 3, 4 }, Outcome.Truncated));
        BitConverter.TryWriteBytes(record.AsSpan(sample.Layout.Fields[0].Offset), 1234);

        var line = sample.Line(record);

        Assert.EndsWith(
            "\"args\":{\"v\":\"01020304\"},\"lengths\":{\"v\":1234},\"problems\":{\"v\":\"truncated\"}}\n", line, StringComparison.Ordinal);
        Assert.Equal("01020304…", sample.Message(record));
    }

    [Theory]
    [InlineData("bool")]
    [InlineData("errno")]
    [InlineData("bytes")]
    [InlineData("ipv6")]
    [InlineData("sockaddr")]
    public void Every_type_can_be_missing(string type)
    {
        var sample = Entry(type, "{v}");
        foreach (var (outcome, word) in new[] { (Outcome.Null, "null"), (Outcome.Fault, "fault") })
        {
            var json = sample.Json(sample.Record(outcome));

            Assert.Equal(JsonValueKind.Null, json.GetProperty("args").GetProperty("v").ValueKind);
            Assert.Equal(word, json.GetProperty("problems").GetProperty("v").GetString());
            Assert.Equal($"<{word}>", json.GetProperty("@m").GetString());
            Assert.False(json.TryGetProperty("errno", out _));
        }
    }

    [Fact]
    public void Hidden_fields_of_the_plan_are_not_shown()
    {
        var sample = new Sample("{a}", ProbeTrigger.Entry, [new(0, "hidden", CaptureType.Default), new(1, "a", CaptureType.Default)]);
        var bound = new BoundRule(
            CSiteAbi.X64, sample.Plan, sample.Bound.Messages, _ => [new("a", CaptureType.Default, 1, IsReturnValue: false)]);
        var shape = EventShape.Of(
            sample.Rule, bound, [SiteName.Of("AddNum", "/srv/shop/test")]);

        var line = Sample.LineOf(sample.Decoder.Decode(sample.Record(7, 8), shape)!);

        Assert.Contains("\"args\":{\"a\":8}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_numbers_of_errors_are_those_of_this_machine()
    {
        for (var number = 1; number <= 133; number++)
        {
            Assert.Equal(number is not (41 or 58), ErrorNames.Find(number) is not null);
            if (ErrorNames.Describe(number) is { } text)
            {
                Assert.Equal(System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(number), text);
            }
        }
    }

    private static Sample Entry(string type, string format) => new(format, ProbeTrigger.Entry, [new(0, "v", Types[type])]);

    private static void AssertShown(string type, string format, object value, string json, string message)
    {
        var sample = Entry(type, format);
        var record = sample.Record(value);
        var flat = SerilogEventConverter.Of(sample.Decode(record)!);

        Assert.EndsWith($"\"args\":{{\"v\":{json}}}{(type == "errno" ? "" : "}\n")}", WithoutErrno(
            sample.Line(record), type), StringComparison.Ordinal);
        Assert.Equal(message, sample.Message(record));
        Assert.Equal(message, flat.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        var property = JsonDocument.Parse(sample.Line(record, new ClefTemplateFormatter())).RootElement.GetProperty("v");
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, property), $"{json} is {property} in the template format");
    }

    private static string WithoutErrno(string line, string type) => type != "errno"
        ? line
        : line[..(line.IndexOf("\"args\":{", StringComparison.Ordinal) is var at ? line.IndexOf('}', at) + 1 : 0)];
}
