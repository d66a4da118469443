using System.Text;
using BenchmarkDotNet.Attributes;
using Serilog.Events;
using TraceAgent.Capture;
using TraceAgent.Events;
using TraceAgent.Outputs;
using TraceAgent.Tests.Events;

namespace TraceAgent.Benchmarks.Micro;

/// <summary>From a record to the bytes of its line, without the sink's own work; two integers, and a text.</summary>
[MemoryDiagnoser]
public class EventBenchmark : IDisposable
{
    private readonly Sample _integers = new("AddNum({arg1}, {arg2})", ProbeMoment.Entry);
    private readonly Sample _text = new("Open({path})", ProbeMoment.Entry, [new(0, "path", new CaptureType.Text(128))]);
    private readonly ClefFormatter _formatter = new();
    private readonly BatchStream _batch = new();
    private readonly StreamWriter _writer;
    private readonly byte[] _integersRecord;
    private readonly byte[] _textRecord;
    private readonly LogEvent _decoded;

    public EventBenchmark()
    {
        _writer = new StreamWriter(_batch, new UTF8Encoding(false));
        _integersRecord = _integers.Record(3, 2);
        _textRecord = _text.Record("/var/lib/shop/orders/2026-11-27");
        // A sample of its own: a decoder fills the same event again.
        var sample = new Sample("AddNum({arg1}, {arg2})", ProbeMoment.Entry);
        _decoded = sample.Decode(sample.Record(3, 2))!;
    }

    public void Dispose()
    {
        _writer.Dispose();
        _batch.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Description = "decode 2 integers")]
    public LogEvent? DecodeIntegers() => _integers.Decode(_integersRecord);

    [Benchmark(Description = "decode a text of 31 bytes")]
    public LogEvent? DecodeText() => _text.Decode(_textRecord);

    [Benchmark(Description = "format 2 integers as CLEF")]
    public int Format()
    {
        _batch.Clear();
        _formatter.Format(_decoded, _writer);
        return _batch.Count;
    }
}
