using System.Text;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>
/// Makes lines of events and keeps them until a sink takes them, all at once: work that a Serilog sink does for each of its
/// events, it then does once for many lines of ours. One instance per output: it is not thread-safe.
/// </summary>
internal abstract class LineFormatter : ITextFormatter
{
    /// <summary>The Serilog event that is given to a sink in place of the lines that its formatter keeps.</summary>
    public static LogEvent Envelope { get; } = LogEvent.UnstableAssembleFromParts(
        DateTimeOffset.UnixEpoch,
        LogEventLevel.Information, null, new MessageTemplate(Array.Empty<MessageTemplateToken>()), [], default, default);

    /// <summary>The lines since they were last cleared.</summary>
    public LineBuffer Lines { get; } = new();

    public void Append(StreamEvent streamEvent)
    {
        switch (streamEvent)
        {
            case TracedEvent traced:
                Append(traced);
                break;
            case PacketEvent packets:
                Append(packets);
                break;
            default:
                Append((AgentStatement)streamEvent);
                break;
        }
    }

    /// <summary>
    /// Writes the lines, which stay; directly to the stream when the writer makes UTF-8 as well: the sinks flush their writer
    /// each time, so nothing is before these in it.
    /// </summary>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        if (output is StreamWriter { Encoding: UTF8Encoding } writer)
        {
            writer.BaseStream.Write(Lines.Bytes);
        }
        else
        {
            output.Write(Lines.ToString());
        }
    }

    /// <summary>Appends the message for a person, and ends the line.</summary>
    protected void AppendPrintableMessage(StreamEvent streamEvent)
    {
        var start = Lines.Length;
        streamEvent.AppendMessage(Lines);
        Lines.MakePrintable(start);
        Lines.Append('\n');
    }

    protected abstract void Append(TracedEvent traced);

    protected abstract void Append(PacketEvent packets);

    protected abstract void Append(AgentStatement statement);
}
