using Serilog.Events;
using Serilog.Formatting.Compact;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>Writes one JSON object a line, in Serilog's compact format (CLEF) with the message rendered.</summary>
internal sealed class ClefFormatter : LineFormatter
{
    private readonly UtcText _time = new("{\"@t\":\"", "\",\"@m\":\"");
    private readonly LinePrefixCache _origin = new();

    protected override void Append(TracedEvent traced)
    {
        var (message, values) = (traced.Shape.JsonMessage, traced.Shape.JsonValues);
        _time.Append(Lines, traced.Time);
        Lines.Append(message.Begin);
        message.AppendHoles(Lines, traced);
        Lines.Append(_origin.Of(traced));
        values.AppendHoles(Lines, traced);
        Lines.Append(values.End);
        Lines.Append("}\n"u8);
    }

    protected override void Append(AgentStatement statement)
    {
        Begin(statement);
        AppendId(statement.TemplateId, statement.Level);
        if (statement.Rule is { } rule)
        {
            Lines.Append($",\"rule\":{JsonText.Quote(rule)}");
        }

        Lines.Append($",\"event\":\"agent\",\"action\":\"{statement.Action}\"");
        Lines.AppendProperties(statement);
        Lines.Append("}\n"u8);
    }

    protected override void Append(PacketEvent packets)
    {
        Begin(packets);
        AppendId(EventIdHash.Compute(packets.Template.Text), packets.Level);
        Lines.Append($",\"rule\":{JsonText.Quote(packets.Rule.Name.Value)},\"event\":\"{packets.Event}\"");
        Lines.AppendProperties(packets);
        Lines.Append("}\n"u8);
    }

    private void Begin(StreamEvent streamEvent)
    {
        _time.Append(Lines, streamEvent.Time);
        streamEvent.AppendJsonMessage(Lines);
    }

    private void AppendId(uint id, LogEventLevel level)
    {
        Lines.Append("\",\"@i\":\""u8);
        Lines.Append((ulong)id, "x8");
        Lines.Append('"');
        if (level != LogEventLevel.Information)
        {
            Lines.Append($",\"@l\":\"{level}\"");
        }
    }
}
