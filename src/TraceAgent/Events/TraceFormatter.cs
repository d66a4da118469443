using Serilog.Events;
using Serilog.Formatting;

namespace TraceAgent.Events;

/// <summary>
/// A line of one rule for the person who waits for it: time of day on this host, process, message. What the agent says of its
/// own is on standard error, but for loss.
/// </summary>
/// <param name="colours">ANSI colours: only for a terminal.</param>
internal sealed class TraceFormatter(bool colours) : ITextFormatter
{
    private const string Loss = "loss";

    private readonly LineBuffer _line = new();
    private readonly LineBuffer _message = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        _line.Clear();
        _message.Clear();
        if (logEvent.Properties.TryGetValue(TracedEvent.PropertyName, out var value) && value is TracedEvent traced)
        {
            Begin(traced.Time);
            _line.AppendPrintable(traced.CommText);
            _line.Append('[');
            _line.Append((ulong)traced.Pid);
            _line.Append(']');
            MessageText.Append(_message, traced);
        }
        else if (logEvent.Properties.TryGetValue(AgentStatement.PropertyName, out value) && value is AgentStatement { Action: Loss } loss)
        {
            Begin(loss.Time);
            _line.Append("traceagent");
            _message.Append(loss.Message);
        }
        else
        {
            return;
        }

        _line.Append(colours ? "\e[0m " : " ");
        _line.AppendPrintable(_message.Text);
        _line.Append('\n');
        _line.WriteTo(output);
    }

    private void Begin(long time)
    {
        _line.Append(colours ? "\e[2m" : "");
        _line.AppendNumber(UtcText.ToDateTimeOffset(time).ToLocalTime(), "HH':'mm':'ss'.'ffffff' '");
    }
}
