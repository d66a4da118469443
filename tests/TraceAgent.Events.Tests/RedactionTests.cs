using System.Text;
using System.Text.Json;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules;

namespace TraceAgent.Events.Tests;

public partial class RedactionTests
{
    [Fact]
    public void A_secret_in_bytes_is_hidden_between_their_hex_digits()
    {
        var sample = new Sample("{v}", ProbeTrigger.Entry, [new(0, "v", new CaptureType.Bytes(64))]);

        var json = sample.Json(sample.Record(Encoding.ASCII.GetBytes("\u0001token=abc&a")));

        Assert.Equal("01746f6b656e3d***2661", json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal("redacted", Problem(json));
    }

    [Fact]
    public void A_secret_in_the_path_of_a_socket_is_hidden()
    {
        var sample = new Sample("{v}", ProbeTrigger.Entry, [new(0, "v", new CaptureType.SocketAddress())]);

        Assert.Equal("@token=***", sample.Message(sample.Record(Encoding.ASCII.GetBytes("\u0001\0\0token=abc"))));
    }

    [Fact]
    public void A_value_hidden_by_name_is_in_no_output_whatever_became_of_it()
    {
        CaptureType[] types =
        [
            new CaptureType.Text(16),
            CaptureType.Default, new CaptureType.Bytes(8), new CaptureType.Errno(), new CaptureType.SocketAddress(),
        ];
        foreach (var type in types)
        {
            foreach (var outcome in new[] { Outcome.Ok, Outcome.Truncated, Outcome.Null, Outcome.Fault })
            {
                var sample = new Sample(
                    "[{v,5}] {v:x} {ret}", ProbeTrigger.Call, [new(0, "v", type)], new CaptureType.Errno(), redacted: ["v", "ret"]);
                var record = sample.Record(type is CaptureType.Text or CaptureType.Bytes or CaptureType.SocketAddress ? "2abcdefg" : 2, 2);
                record[sample.Layout.Fields[0].OutcomeOffset!.Value] = (byte)outcome;

                var line = sample.Line(record);

                Assert.Contains("\"@m\":\"[  ***] *** ***\"", line, StringComparison.Ordinal);
                Assert.EndsWith(
                    "\"args\":{\"v\":\"***\"},\"ret\":\"***\",\"duration_ns\":1210,\"problems\":{\"v\":\"redacted\"," +
                        "\"ret\":\"redacted\"}}\n",
                    line,
                    StringComparison.Ordinal);
                var flat = sample.Line(record, new ClefTemplateFormatter());
                Assert.DoesNotContain("2abc", flat + sample.Line(record, new TextFormatter()), StringComparison.Ordinal);
                Assert.DoesNotContain("ENOENT", flat, StringComparison.Ordinal);
                var traced = sample.Decode(record)!;
                Assert.Equal((0UL, 0), (traced.Values[0].Bits, traced.Values[0].TextLength));
                Assert.DoesNotContain("2abc", new string(traced.Chars), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_rule_hides_what_it_names_and_what_is_named_like_a_secret()
    {
        var sample = new Sample(
            "{user} {userPassword} {pin_code}",
            ProbeTrigger.Entry,
            [new(0, "user", new CaptureType.Text(8)), new(
                1, "userPassword", new CaptureType.Text(8)), new(2, "pin_code", CaptureType.Default)]);
        var rule = sample.Rule with { Redact = ["pin*"] };
        var shape = EventShape.Of(rule, sample.Bound, [SiteName.Of("login", "/srv/shop/test")]);

        var line = Sample.LineOf(sample.Decoder.Decode(sample.Record("me", "hunter2", 4711), shape)!);

        Assert.Contains("\"@m\":\"me *** ***\"", line, StringComparison.Ordinal);
        Assert.Contains("\"args\":{\"user\":\"me\",\"userPassword\":\"***\",\"pin_code\":\"***\"}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_a_rule_says_is_no_secret_is_shown_and_so_is_a_key_in_its_texts()
    {
        var sample = new Sample(
            "{token_count} {body}",
            ProbeTrigger.Entry,
            [new(0, "token_count", CaptureType.Default), new(1, "body", new CaptureType.Text(64))]);
        var rule = sample.Rule with { NotSecret = ["token_count"] };
        var shape = EventShape.Of(
            rule, sample.Bound, [SiteName.Of("login", "/srv/shop/test")]);

        var line = Sample.LineOf(sample.Decoder.Decode(sample.Record(4711, "token_count=5 token=abc"), shape)!);

        Assert.Contains("\"@m\":\"4711 token_count=5 token=***\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_hides_a_value_by_its_name_hides_it_after_that_name_in_a_text()
    {
        foreach (var name in SecretNames.All)
        {
            Assert.True(new Redaction([]).Applies(name), name);
            Assert.Equal($"{name}=***", Text("{v}").Message(Text("{v}").Record($"{name}=hunter2")));
            Assert.Equal(
                $"--x-{name.ToUpperInvariant()}=***",
                Text("{v}").Message(Text("{v}").Record($"--x-{name.ToUpperInvariant()}=hunter2")));
        }
    }

    [Fact]
    public void A_command_line_shows_no_password()
    {
        var facts = new ProcessFacts("/usr/bin/mysql", 1, "mysql --user app --password hunter2 redis://a:hunter2@b");

        Assert.Equal("mysql --user app --password *** redis://a:***@b", facts.CommandLine);
    }

    private static Sample Text(string format) => new(format, ProbeTrigger.Entry, [new(0, "v", new CaptureType.Text(128))]);

    private static string? Problem(JsonElement json) =>
        json.TryGetProperty("problems", out var problems) ? problems.GetProperty("v").GetString() : null;
}
