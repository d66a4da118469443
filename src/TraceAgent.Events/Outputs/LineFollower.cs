using System.Diagnostics;
using System.Threading.Channels;
using TraceAgent.Events.Formats;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Outputs;

/// <summary>
/// Somebody who watches the lines as they come, without a claim to all of them: a bounded buffer and a bounded number of lines a
/// second, so that whoever reads slowly, or a flood of events, costs the outputs nothing. Lines left out are counted, and said.
/// </summary>
public sealed class LineFollower
{
    /// <summary>The maximum number of lines a second; nobody reads more.</summary>
    public const int MaxLinesPerSecond = 5000;

    /// <summary>The number of waiting bytes above which lines are left out.</summary>
    private const int MaxWaiting = 1 << 20;

    private readonly string? _rule;
    private readonly LineFormatter _formatter;
    private readonly Lock _gate = new();
    private readonly Channel<bool> _ready = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private byte[] _sent = [];
    private long _second;
    private int _lines;
    private long _skipped;
    private long _skippedAt;

    /// <param name="format">The format of the lines.</param>
    /// <param name="rule">The one rule whose lines are wanted; null for all.</param>
    public LineFollower(OutputFormat format, string? rule) => (_formatter, _rule) = (EventOutput.FormatterOf(format), rule);

    /// <summary>Waits for lines, and takes them.</summary>
    /// <returns>Whole lines, valid until the next call.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        await _ready.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            if (_skipped > 0)
            {
                _formatter.Append(AgentEvents.Skipped(_skipped, _skippedAt));
                _skipped = 0;
            }

            var length = _formatter.Lines.Length;
            if (_sent.Length < length)
            {
                _sent = new byte[length];
            }

            _formatter.Lines.Bytes.CopyTo(_sent);
            _formatter.Lines.Clear();
            return _sent.AsMemory(0, length);
        }
    }

    /// <summary>Keeps an event, or counts that it is left out. Called by the reader's thread.</summary>
    internal void Write(StreamEvent streamEvent)
    {
        if (_rule is not null && RuleOf(streamEvent) != _rule)
        {
            return;
        }

        lock (_gate)
        {
            var second = Stopwatch.GetTimestamp() / Stopwatch.Frequency;
            if (second != _second)
            {
                (_second, _lines) = (second, 0);
            }

            if (_lines == MaxLinesPerSecond || _formatter.Lines.Length > MaxWaiting)
            {
                _skipped++;
                _skippedAt = streamEvent.Time;
                return;
            }

            _lines++;
            _formatter.Append(streamEvent);
        }
    }

    /// <summary>Wakes whoever waits, once for all lines since the last time. Called by the reader's thread.</summary>
    internal void Commit()
    {
        if (_formatter.Lines.Length > 0 || _skipped > 0)
        {
            _ = _ready.Writer.TryWrite(true);
        }
    }

    private static string? RuleOf(StreamEvent streamEvent) => streamEvent switch
    {
        TracedEvent traced => traced.Shape.Rule,
        PacketEvent packets => packets.Rule.Name.Value,
        _ => ((AgentStatement)streamEvent).Rule,
    };
}
