using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>
/// Writes a line of <c>traceagent trace</c>: time of day on this host, process, message. The agent's own statements are on
/// standard error, except loss.
/// </summary>
/// <param name="colours">True for ANSI colours: only for a terminal.</param>
internal sealed class TraceFormatter(bool colours) : LineFormatter
{
    private const string Loss = "loss";

    protected override void Append(TracedEvent traced)
    {
        Begin(traced.Time);
        var comm = traced.Comm.Text;
        var quote = comm.ContainsAny('[', ']') ? "\""u8 : ""u8;
        Lines.Append(quote);
        Lines.AppendPrintable(comm);
        Lines.Append(quote);
        Lines.Append('[');
        Lines.Append((ulong)traced.Pid);
        Lines.Append(']');
        End(traced);
    }

    protected override void Append(AgentStatement statement)
    {
        if (statement.Action == Loss)
        {
            Begin(statement.Time);
            Lines.Append("traceagent"u8);
            End(statement);
        }
    }

    // `traceagent trace` runs one rule, never a packet rule.
    protected override void Append(PacketEvent packets)
    {
    }

    private void End(StreamEvent streamEvent)
    {
        Lines.Append(colours ? "\e[0m "u8 : " "u8);
        AppendPrintableMessage(streamEvent);
    }

    private void Begin(long time)
    {
        Lines.Append(colours ? "\e[2m"u8 : []);
        Lines.AppendNumber(UtcText.ToDateTimeOffset(time).ToLocalTime(), "HH':'mm':'ss'.'ffffff' '");
    }
}
