using Serilog.Events;
using Serilog.Formatting;

namespace TraceAgent.Events;

/// <summary>
/// One JSON object a line with the names of the Elastic Common Schema; what that has no name for is below
/// <c>traceagent</c>. One instance per output: it is not for several threads.
/// </summary>
internal sealed class EcsFormatter : ITextFormatter
{
    private readonly LineBuffer _line = new();
    private readonly LineBuffer _message = new();
    private readonly UtcText _time = new();
    private readonly ValueJson _values;

    public EcsFormatter() => _values = new ValueJson(_line, _message);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        _line.Clear();
        _message.Clear();
        if (logEvent.Properties.TryGetValue(TracedEvent.PropertyName, out var value) && value is TracedEvent traced)
        {
            MessageText.Append(_message, traced);
            Begin(traced.Time, logEvent.Level);
            Write(traced);
        }
        else if (logEvent.Properties.TryGetValue(AgentStatement.PropertyName, out value) && value is AgentStatement statement)
        {
            _message.Append(statement.Message);
            Begin(statement.Time, logEvent.Level);
            Write(statement);
        }
        else if (logEvent.Properties.TryGetValue(PacketEvent.PropertyName, out value) && value is PacketEvent packets)
        {
            PacketText.Append(_message, packets);
            Begin(packets.Time, logEvent.Level);
            Write(packets);
        }
        else
        {
            throw new ArgumentException("an event that is not the agent's", nameof(logEvent));
        }

        _line.Append("}}\n");
        _line.WriteTo(output);
    }

    // The specification wants log.level as one key at the top; so there must be no object called log.
    private void Begin(long time, LogEventLevel level)
    {
        _line.Append("{\"@timestamp\":\"");
        _line.Append(_time.Format(time));
        _line.Append("\",\"log.level\":\"");
        _line.Append(WordOf(level));
        _line.Append("\",\"message\":\"");
        _line.AppendJson(_message.Text);
        _line.Append("\",\"ecs.version\":\"8.11.0\"");
    }

    private void Write(TracedEvent traced)
    {
        _line.Append(",\"process\":{\"pid\":");
        _line.Append((ulong)traced.Pid);
        _line.Append(",\"name\":\"");
        _line.AppendJson(traced.CommText);
        _line.Append("\",\"executable\":");
        _line.Append(traced.Process.Json);
        _line.Append(",\"thread\":{\"id\":");
        _line.Append((ulong)traced.Tid);
        _line.Append("}},\"traceagent\":{\"rule\":");
        _line.Append(traced.Shape.RuleJson);
        _line.Append(",\"event\":\"");
        _line.Append(traced.Shape.Event);
        _line.Append('"');
        _values.WriteOnDemand(traced);
        _line.Append(traced.Site.Json);
        _values.Write(traced);
    }

    private void Write(AgentStatement statement)
    {
        _line.Append(",\"traceagent\":{\"event\":\"agent\",\"action\":\"");
        _line.Append(statement.Action);
        _line.Append('"');
        if (statement.Rule is { } rule)
        {
            _line.Append(",\"rule\":");
            _line.Append(JsonText.Quote(rule));
        }

        _values.Write(statement);
    }

    private void Write(PacketEvent packets)
    {
        if (packets.Subject.Source is { } source)
        {
            _line.Append($",\"source\":{{\"ip\":\"{source}\",\"packets\":");
            _line.Append(packets.Numbers.Packets);
            _line.Append(",\"bytes\":");
            _line.Append(packets.Numbers.Bytes);
            _line.Append('}');
        }

        _line.Append($",\"traceagent\":{{\"rule\":{JsonText.Quote(packets.Rule.Name.Value)},\"event\":\"{packets.Event}\"");
        _values.Write(packets, packets.Subject.Source is null ? ["source"] : ["source", "packets", "bytes"]);
    }

    private static string WordOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warn",
        LogEventLevel.Error => "error",
        _ => "fatal",
    };
}
