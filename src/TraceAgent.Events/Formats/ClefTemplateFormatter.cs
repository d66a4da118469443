using System.Text;
using Serilog.Formatting.Compact;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>Writes CLEF as Serilog.Formatting.Compact does: template and flat properties.</summary>
internal sealed class ClefTemplateFormatter : LineFormatter
{
    private readonly CompactJsonFormatter _compact = new();
    private readonly StringBuilder _line = new();

    protected override void Append(TracedEvent traced) => Write(traced);

    protected override void Append(PacketEvent packets) => Write(packets);

    protected override void Append(AgentStatement statement) => Write(statement);

    private void Write(StreamEvent streamEvent)
    {
        _line.Clear();
        using var writer = new StringWriter(_line);
        _compact.Format(SerilogEventConverter.Of(streamEvent), writer);
        Lines.Append(_line.ToString());
    }
}
