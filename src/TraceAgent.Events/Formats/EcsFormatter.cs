using Serilog.Events;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>
/// Writes one JSON object a line with the names of the Elastic Common Schema; what that has no name for is below
/// <c>traceagent</c>.
/// </summary>
internal sealed class EcsFormatter : LineFormatter
{
    private readonly UtcText _time = new();

    // The specification wants log.level as one key at the top; so there must be no object called log.
    private void Begin(StreamEvent streamEvent)
    {
        Lines.Append("{\"@timestamp\":\""u8);
        _time.Append(Lines, streamEvent.Time);
        Lines.Append("\",\"log.level\":\""u8);
        Lines.Append(WordOf(streamEvent.Level));
        Lines.Append("\",\"message\":\""u8);
        streamEvent.AppendJsonMessage(Lines);
        Lines.Append("\",\"ecs.version\":\"8.11.0\""u8);
    }

    protected override void Append(TracedEvent traced)
    {
        Begin(traced);
        Lines.Append(",\"process\":{\"pid\":"u8);
        Lines.Append((ulong)traced.Pid);
        Lines.Append(",\"name\":\""u8);
        Lines.AppendJson(traced.Comm.Text);
        Lines.Append("\",\"executable\":"u8);
        Lines.Append(traced.Process.Json);
        Lines.Append(",\"thread\":{\"id\":"u8);
        Lines.Append((ulong)traced.Tid);
        Lines.Append("}},\"traceagent\":{\"rule\":"u8);
        Lines.Append(traced.Shape.RuleJson);
        Lines.Append(",\"event\":\""u8);
        Lines.Append(traced.Shape.Event);
        Lines.Append('"');
        Lines.Append(traced.Site.Json);
        traced.Shape.JsonValues.Append(Lines, traced);
        Lines.Append("}}\n"u8);
    }

    protected override void Append(AgentStatement statement)
    {
        Begin(statement);
        Lines.Append(",\"traceagent\":{\"event\":\"agent\",\"action\":\""u8);
        Lines.Append(statement.Action);
        Lines.Append('"');
        if (statement.Rule is { } rule)
        {
            Lines.Append(",\"rule\":"u8);
            Lines.Append(JsonText.Quote(rule));
        }

        Lines.AppendProperties(statement);
        Lines.Append("}}\n"u8);
    }

    protected override void Append(PacketEvent packets)
    {
        Begin(packets);
        if (packets.Subject.Source is { } source)
        {
            Lines.Append($",\"source\":{{\"ip\":\"{source}\",\"packets\":");
            Lines.Append(packets.Numbers.Packets);
            Lines.Append(",\"bytes\":"u8);
            Lines.Append(packets.Numbers.Bytes);
            Lines.Append('}');
        }

        Lines.Append($",\"traceagent\":{{\"rule\":{JsonText.Quote(packets.Rule.Name.Value)},\"event\":\"{packets.Event}\"");
        Lines.AppendProperties(packets, packets.Subject.Source is null ? ["source"] : ["source", "packets", "bytes"]);
        Lines.Append("}}\n"u8);
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
