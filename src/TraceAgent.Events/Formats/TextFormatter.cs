using Serilog.Events;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>
/// Writes a line for people: time, level, rule, message. Values of a traced program cannot control the terminal: control
/// characters are shown as <c>\x1b</c>, <c>\n</c>, <c>\u202e</c>.
/// </summary>
internal sealed class TextFormatter : LineFormatter
{
    private readonly UtcText _time = new();

    protected override void Append(TracedEvent traced) => Append(traced, traced.Shape.Rule);

    protected override void Append(PacketEvent packets) => Append(packets, packets.Rule.Name.Value);

    // The message of a statement names the rule already.
    protected override void Append(AgentStatement statement) => Append(statement, rule: null);

    private void Append(StreamEvent streamEvent, string? rule)
    {
        _time.Append(Lines, streamEvent.Time);
        Lines.Append(Abbreviate(streamEvent.Level));
        if (rule is not null)
        {
            Lines.AppendPrintable(rule);
            Lines.Append(": "u8);
        }

        AppendPrintableMessage(streamEvent);
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
