using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Shapes;

namespace TraceAgent.Events.Formats;

/// <summary>
/// The part of a line between the last hole of the message and the first value: which rule, which thread, where. Most events have
/// the same as the one before them, so it is kept.
/// </summary>
internal sealed class LinePrefixCache
{
    private readonly LineBuffer _text = new();
    private KindShape? _shape;
    private ProcessFacts? _process;
    private SiteName? _site;
    private uint _pid;
    private uint _tid;
    private UInt128 _comm;

    /// <summary>The prefix for an event; valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(TracedEvent traced)
    {
        if (traced.Tid != _tid || traced.Pid != _pid || !ReferenceEquals(traced.Shape, _shape) || !ReferenceEquals(traced.Process, _process)
            || !ReferenceEquals(traced.Site, _site) || traced.Comm.Bytes != _comm)
        {
            Remember(traced);
        }

        return _text.Bytes;
    }

    private void Remember(TracedEvent traced)
    {
        (_pid, _tid, _comm) = (traced.Pid, traced.Tid, traced.Comm.Bytes);
        (_shape, _process, _site) = (traced.Shape, traced.Process, traced.Site);
        _text.Clear();
        _text.Append(traced.Shape.JsonMessage.End);
        _text.Append(traced.Shape.AfterMessage);
        _text.Append((ulong)traced.Pid);
        _text.Append(",\"tid\":"u8);
        _text.Append((ulong)traced.Tid);
        _text.Append(",\"comm\":\""u8);
        _text.AppendJson(traced.Comm.Text);
        _text.Append("\",\"exe\":"u8);
        _text.Append(traced.Process.Json);
        _text.Append(traced.Site.Json);
        _text.Append(traced.Shape.JsonValues.Begin);
    }
}
