using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;

namespace TraceAgent.Events;

/// <summary>
/// One JSON object a line, in Serilog's compact format (CLEF) with the message rendered. One instance per output: it is
/// not for several threads.
/// </summary>
internal sealed class ClefFormatter : ITextFormatter
{
    private readonly LineBuffer _line = new();
    private readonly LineBuffer _message = new();
    private readonly UtcText _time = new();
    private readonly OriginJson _origin = new();
    private readonly ValueJson _values;
    private readonly RenderedCompactJsonFormatter _foreign = new();

    public ClefFormatter() => _values = new ValueJson(_line, _message);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        _line.Clear();
        if (logEvent.Properties.TryGetValue(TracedEvent.PropertyName, out var value) && value is TracedEvent traced)
        {
            Write(traced);
        }
        else if (logEvent.Properties.TryGetValue(AgentStatement.PropertyName, out value) && value is AgentStatement statement)
        {
            Write(statement, logEvent.Level);
        }
        else if (logEvent.Properties.TryGetValue(PacketEvent.PropertyName, out value) && value is PacketEvent packets)
        {
            Write(packets, logEvent.Level);
        }
        else
        {
            _foreign.Format(logEvent, output);
            return;
        }

        _line.WriteTo(output);
    }

    private void Write(TracedEvent traced)
    {
        var line = _line;
        Begin(traced.Time);
        var start = line.Length;
        MessageText.Append(line, traced);
        line.EscapeJson(start, _message);
        line.Append(_origin.Of(traced));
        _values.WriteOnDemand(traced);
        line.Append(traced.Site.Json);
        _values.Write(traced);
        line.Append("}\n");
    }

    private void Write(AgentStatement statement, LogEventLevel level)
    {
        var line = _line;
        Begin(statement.Time);
        line.AppendJson(statement.Message);
        line.Append("\",\"@i\":\"");
        line.Append((ulong)statement.TemplateId, "x8");
        line.Append('"');
        if (level != LogEventLevel.Information)
        {
            line.Append($",\"@l\":\"{level}\"");
        }

        if (statement.Rule is { } rule)
        {
            line.Append($",\"rule\":{JsonText.Quote(rule)}");
        }

        line.Append(",\"event\":\"agent\",\"action\":\"");
        line.Append(statement.Action);
        line.Append('"');
        _values.Write(statement);
        line.Append("}\n");
    }

    private void Write(PacketEvent packets, LogEventLevel level)
    {
        var line = _line;
        Begin(packets.Time);
        _message.Clear();
        PacketText.Append(_message, packets);
        line.AppendJson(_message.Text);
        line.Append("\",\"@i\":\"");
        line.Append((ulong)EventIdHash.Compute(packets.Template.Text), "x8");
        line.Append('"');
        if (level != LogEventLevel.Information)
        {
            line.Append($",\"@l\":\"{level}\"");
        }

        line.Append($",\"rule\":{JsonText.Quote(packets.Rule.Name.Value)},\"event\":\"{packets.Event}\"");
        _values.Write(packets);
        line.Append("}\n");
    }

    private void Begin(long time)
    {
        _line.Append("{\"@t\":\"");
        _line.Append(_time.Format(time));
        _line.Append("\",\"@m\":\"");
    }
}
