using Serilog.Events;
using Serilog.Formatting;

namespace TraceAgent.Events;

/// <summary>
/// A line for people: time, level, rule, message. What a traced program put into its values cannot steer the terminal:
/// controls are shown as <c>\x1b</c>, <c>\n</c>, <c>\u202e</c>.
/// </summary>
internal sealed class TextFormatter : ITextFormatter
{
    private readonly LineBuffer _line = new();
    private readonly LineBuffer _message = new();
    private readonly UtcText _time = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        _line.Clear();
        _message.Clear();
        var time = (logEvent.Timestamp.UtcTicks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
        string? rule = null;
        if (logEvent.Properties.TryGetValue(TracedEvent.PropertyName, out var value) && value is TracedEvent traced)
        {
            time = traced.Time;
            rule = traced.Shape.Rule;
            MessageText.Append(_message, traced);
        }
        else if (logEvent.Properties.TryGetValue(AgentStatement.PropertyName, out value) && value is AgentStatement statement)
        {
            time = statement.Time;
            _message.Append(statement.Message);
        }
        else if (logEvent.Properties.TryGetValue(PacketEvent.PropertyName, out value) && value is PacketEvent packets)
        {
            time = packets.Time;
            rule = packets.Rule.Name.Value;
            PacketText.Append(_message, packets);
        }
        else
        {
            _message.Append(logEvent.RenderMessage());
        }

        _line.Append(_time.Format(time));
        _line.Append(Abbreviate(logEvent.Level));
        if (rule is not null)
        {
            _line.AppendPrintable(rule);
            _line.Append(": ");
        }

        _line.AppendPrintable(_message.Text);
        _line.Append('\n');
        _line.WriteTo(output);
    }

    private static string Abbreviate(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => " VRB ",
        LogEventLevel.Debug => " DBG ",
        LogEventLevel.Information => " INF ",
        LogEventLevel.Warning => " WRN ",
        LogEventLevel.Error => " ERR ",
        _ => " FTL ",
    };
}
