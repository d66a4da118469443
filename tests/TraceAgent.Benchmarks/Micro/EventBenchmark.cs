using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Parsing;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Tests;

namespace TraceAgent.Benchmarks.Micro;

/// <summary>From a record to the characters of its line, without the sink's own work; two integers, and a text.</summary>
[MemoryDiagnoser]
public class EventBenchmark
{
    private readonly Sample _integers = new("AddNum({arg1}, {arg2})", ProbeTrigger.Entry);
    private readonly Sample _text = new("Open({path})", ProbeTrigger.Entry, [new(0, "path", new CaptureType.Text(128))]);
    private readonly ClefFormatter _formatter = new();
    private readonly byte[] _integersRecord;
    private readonly byte[] _textRecord;
    private readonly TracedEvent _decoded;
    private readonly RenderedCompactJsonFormatter _serilogs = new();
    private readonly StringBuilder _characters = new();
    private readonly LogEvent _logged;

    public EventBenchmark()
    {
        _integersRecord = _integers.Record(3, 2);
        _textRecord = _text.Record("/var/lib/shop/orders/2026-11-27");
        // A sample of its own: a decoder fills the same event again.
        var sample = new Sample("AddNum({arg1}, {arg2})", ProbeTrigger.Entry);
        _decoded = sample.Decode(sample.Record(3, 2))!;
        _logged = new LogEvent(
            DateTimeOffset.UnixEpoch,
            LogEventLevel.Information,
            null,
            new MessageTemplateParser().Parse("AddNum({arg1}, {arg2})"),
            [
                Property("arg1", 3L), Property("arg2", 2L), Property("rule", "test"), Property("event", "entry"), Property("pid", 4711L),
                Property("tid", 4711L), Property("comm", "test"), Property("exe", "/srv/shop/test"), Property("symbol", "AddNum"),
            ]);
    }

    [Benchmark(Description = "decode 2 integers")]
    public object? DecodeIntegers() => _integers.Decode(_integersRecord);

    [Benchmark(Description = "decode a text of 31 bytes")]
    public object? DecodeText() => _text.Decode(_textRecord);

    [Benchmark(Description = "format 2 integers as CLEF")]
    public int Format()
    {
        _formatter.Lines.Clear();
        _formatter.Append(_decoded);
        return _formatter.Lines.Length;
    }

    [Benchmark(Description = "format 2 integers by Serilog.Formatting.Compact, beside it")]
    public int FormatBySerilog()
    {
        _characters.Clear();
        using var writer = new StringWriter(_characters, CultureInfo.InvariantCulture);
        _serilogs.Format(_logged, writer);
        return _characters.Length;
    }

    private static LogEventProperty Property(string name, object value) => new(name, new ScalarValue(value));
}
