using BenchmarkDotNet.Attributes;
using TraceAgent.Capture;
using TraceAgent.Events;
using TraceAgent.Tests.Events;

namespace TraceAgent.Benchmarks.Micro;

/// <summary>From a record to the characters of its line, without the sink's own work; two integers, and a text.</summary>
[MemoryDiagnoser]
public class EventBenchmark
{
    private readonly Sample _integers = new("AddNum({arg1}, {arg2})", ProbeMoment.Entry);
    private readonly Sample _text = new("Open({path})", ProbeMoment.Entry, [new(0, "path", new CaptureType.Text(128))]);
    private readonly ClefFormatter _formatter = new();
    private readonly byte[] _integersRecord;
    private readonly byte[] _textRecord;
    private readonly TracedEvent _decoded;

    public EventBenchmark()
    {
        _integersRecord = _integers.Record(3, 2);
        _textRecord = _text.Record("/var/lib/shop/orders/2026-11-27");
        // A sample of its own: a decoder fills the same event again.
        var sample = new Sample("AddNum({arg1}, {arg2})", ProbeMoment.Entry);
        _decoded = sample.Decode(sample.Record(3, 2))!;
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
}
