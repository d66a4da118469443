using Serilog.Events;

namespace TraceAgent.Events;

/// <summary>What the outputs write: a hit, a line of a packet rule, or a statement of the agent.</summary>
internal abstract class StreamEvent
{
    /// <summary>UTC ns since 1970.</summary>
    public abstract long Time { get; }

    public abstract LogEventLevel Level { get; }

    /// <summary>True when the message is known to have nothing that JSON escapes.</summary>
    public virtual bool IsPlainMessage => false;

    /// <summary>Appends the message, unescaped.</summary>
    public abstract void AppendMessage(LineBuffer into);
}
