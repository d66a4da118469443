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
        else
        {
            _message.Append(logEvent.RenderMessage());
        }

        _line.Append(_time.Format(time));
        _line.Append(Abbreviate(logEvent.Level));
        if (rule is not null)
        {
            AppendPrintable(rule);
            _line.Append(": ");
        }

        AppendPrintable(_message.Text);
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

    private void AppendPrintable(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '\n':
                    _line.Append("\\n");
                    break;
                case '\r':
                    _line.Append("\\r");
                    break;
                case '\t':
                    _line.Append("\\t");
                    break;
                case < ' ' or (>= '\u007f' and <= '\u009f'):
                    _line.Append("\\x");
                    _line.Append((ulong)c, "x2");
                    break;
                // Line separators and the marks that reverse the direction of text.
                case '\u2028' or '\u2029' or '\u061c' or (>= '\u200e' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'):
                    _line.Append("\\u");
                    _line.Append((ulong)c, "x4");
                    break;
                default:
                    _line.Append(c);
                    break;
            }
        }
    }
}
