using Serilog.Events;
using TraceAgent.Capture.Formatting;

namespace TraceAgent.Events;

/// <summary>An item of the stream that the outputs write: a hit, a line of a packet rule, or a statement of the agent.</summary>
public abstract class StreamEvent
{
    /// <summary>The time in UTC ns since 1970.</summary>
    public abstract long Time { get; }

    public abstract LogEventLevel Level { get; }

    /// <summary>Appends the message, unescaped.</summary>
    public abstract void AppendMessage(LineBuffer into);

    /// <summary>Appends the message as the inside of a JSON string.</summary>
    public virtual void AppendJsonMessage(LineBuffer into)
    {
        var start = into.Length;
        AppendMessage(into);
        into.EscapeJson(start);
    }
}
