using System.Text;
using System.Text.Json;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;

namespace TraceAgent.Events.Tests;

public class HostileBytesTests
{
    public static TheoryData<byte[]> Bytes =>
    [
        "\"\\\"}\n{\"a\":1}"u8.ToArray(),
        "\u001b[2J\u001b]0;title\u0007"u8.ToArray(),
        "\r\n\t\b\f\u007f\u0085\u009b"u8.ToArray(),
        "\u2028\u2029\u202e\ufeff"u8.ToArray(),
        [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
        [0xf4, 0x90, 0x80, 0x80, 0xc0, 0x80, 0xfe],
        [.. Enumerable.Range(1, 127).Select(i => (byte)i)],
        [.. Enumerable.Range(128, 128).Select(i => (byte)i)],
    ];

    [Theory]
    [MemberData(nameof(Bytes))]
    public void Hostile_text_stays_one_line_of_JSON_without_controls(byte[] bytes)
    {
        var sample = new Sample("{v} {comm}", ProbeTrigger.Entry, [new(0, "v", new CaptureType.Text(256))]);
        var record = sample.Record(bytes);
        bytes.AsSpan(0, Math.Min(16, bytes.Length)).CopyTo(record.AsSpan(RecordLayout.CommOffset));

        var line = sample.Line(record);
        JsonDocument.Parse(line);
        Assert.EndsWith("}\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line[..^1], char.IsControl);

        var template = sample.Line(record, new ClefTemplateFormatter());
        JsonDocument.Parse(template);
        Assert.Equal(template.Length - 1, template.IndexOf('\n', StringComparison.Ordinal));

        Assert.DoesNotContain(sample.Line(record, new TextFormatter())[..^1], char.IsControl);
    }

    [Fact]
    public void Any_text_round_trips_through_its_line()
    {
        var random = new Random(1);
        var sample = new Sample("{v}", ProbeTrigger.Entry, [new(0, "v", new CaptureType.Text(300))]);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            bytes.AsSpan().Replace((byte)0, (byte)1);
            var line = sample.Line(sample.Record(bytes));
            var json = JsonDocument.Parse(line).RootElement;
            var expected = Encoding.UTF8.GetString(bytes);

            Assert.Equal(expected, json.GetProperty("args").GetProperty("v").GetString());
            Assert.Equal(expected, json.GetProperty("@m").GetString());
            Assert.Equal(1, line.Count(c => c is '\n'));
            Assert.Equal(expected.Contains('\ufffd', StringComparison.Ordinal), json.TryGetProperty("problems", out _));
        }
    }

    [Fact]
    public void Any_record_at_all_gives_a_line_or_a_count()
    {
        var random = new Random(2);
        var sample = new Sample(
            "{a} {b} {c} {ret} {duration} {time} {comm}",
            arguments: [new(0, "a", new CaptureType.Text(20)), new(
                1, "b", new CaptureType.Pointer()), new(2, "c", new CaptureType.Integer(1, Signed: false))]);
        for (var i = 0; i < 5_000; i++)
        {
            var record = sample.Record();
            random.NextBytes(record);
            BitConverter.TryWriteBytes(record.AsSpan(RecordLayout.KindOffset), (ushort)EventKind.Call);
            record.AsSpan(RecordLayout.SiteOffset, 4).Clear();

            var json = sample.Json(record);

            Assert.Equal(BitConverter.ToUInt32(record, RecordLayout.PidTidOffset + 4), json.GetProperty("pid").GetUInt32());
        }
    }

    [Fact]
    public void Names_from_the_rule_are_escaped_too()
    {
        var sample = new Sample(
            "\"{v}\"\u2028", ProbeTrigger.Entry, [new(0, "v", CaptureType.Default)], labels: [new("a\"b", "c\nd\ud800")]);

        var json = sample.Json(sample.Record(1));

        Assert.Equal("c\nd\ufffd", json.GetProperty("labels").GetProperty("a\"b").GetString());
        Assert.Equal("\"1\"\u2028", json.GetProperty("@m").GetString());
    }
}
