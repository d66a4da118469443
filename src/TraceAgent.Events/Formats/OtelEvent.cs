using System.Globalization;
using Serilog.Events;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>
/// Converts an event to the attribute names of OpenTelemetry's semantic conventions; what those have no name for begins with
/// <c>traceagent.</c>. The result shares nothing with the next event.
/// </summary>
internal static class OtelEvent
{
    private const string Own = "traceagent.";

    /// <param name="streamEvent">The event, which may be filled again afterwards.</param>
    /// <param name="spare">A buffer that is used again for each event.</param>
    public static LogEvent Of(StreamEvent streamEvent, LineBuffer spare)
    {
        var attributes = new Dictionary<string, LogEventPropertyValue>();
        switch (streamEvent)
        {
            case TracedEvent traced:
                Add(traced, attributes);
                break;
            case PacketEvent packets:
                Add(packets, attributes);
                break;
            default:
                Add((AgentStatement)streamEvent, attributes);
                break;
        }

        spare.Clear();
        streamEvent.AppendMessage(spare);

        var message = spare.ToString().Replace('\0', '\ufffd');
        return LogEvent.UnstableAssembleFromParts(
            UtcText.ToDateTimeOffset(streamEvent.Time),
            streamEvent.Level, null, SerilogEventConverter.WithoutHoles(message), attributes, default, default);
    }

    private static void Add(TracedEvent traced, Dictionary<string, LogEventPropertyValue> attributes)
    {
        var shape = traced.Shape;
        attributes["process.pid"] = new ScalarValue((long)traced.Pid);
        attributes["thread.id"] = new ScalarValue((long)traced.Tid);
        attributes["thread.name"] = new ScalarValue(new string(traced.Comm.Text));
        attributes["code.function.name"] = new ScalarValue(traced.Site.Text);
        if (traced.Process.Executable is { } executable)
        {
            attributes["process.executable.path"] = new ScalarValue(executable);
        }

        foreach (var property in shape.OfProcess)
        {
            if (property.IsKnown(traced.Process))
            {
                attributes[property.OtelName] = new ScalarValue(property.Number(traced.Process) as object ?? property.Text(traced.Process));
            }
        }

        attributes[Own + "rule"] = new ScalarValue(shape.Rule);
        attributes[Own + "event"] = new ScalarValue(shape.Event);
        if (shape.HasDuration)
        {
            attributes[Own + "duration_ns"] = new ScalarValue(
                traced.Duration <= long.MaxValue ? (long)traced.Duration : traced.Duration.ToString(CultureInfo.InvariantCulture));
            if (traced.AddedByTracing > 0)
            {
                attributes[Own + "tracing_ns"] = new ScalarValue((long)traced.AddedByTracing);
            }
        }

        for (var i = 0; i < shape.Fields.Length; i++)
        {
            AddField(traced, i, attributes);
        }

        foreach (var (name, label) in shape.Labels)
        {
            attributes[$"{Own}labels.{name}"] = new ScalarValue(label);
        }
    }

    private static void AddField(TracedEvent traced, int index, Dictionary<string, LogEventPropertyValue> attributes)
    {
        ref readonly var value = ref traced.Values[index];
        var field = traced.Shape.Fields[index];
        var name = index < traced.Shape.ArgumentCount ? $"args.{field.DottedName}" : field.DottedName;
        if (!value.IsMissing)
        {
            attributes[Own + name] = SerilogEventConverter.PlainOf(traced, index);
            if (field.IsErrorNumber && ErrorNames.Find((long)value.Bits) is { } error)
            {
                attributes[$"{Own}errno.{field.DottedName}"] = new ScalarValue(error);
            }
        }

        if (field.HasLength && value.IsPart)
        {
            attributes[$"{Own}lengths.{field.DottedName}"] = new ScalarValue((long)value.Bits);
        }

        if (value.Problem is { } problem)
        {
            attributes[$"{Own}problems.{field.DottedName}"] = new ScalarValue(problem);
        }
    }

    private static void Add(PacketEvent packets, Dictionary<string, LogEventPropertyValue> attributes)
    {
        attributes[Own + "rule"] = new ScalarValue(packets.Rule.Name.Value);
        attributes[Own + "event"] = new ScalarValue(packets.Event);
        foreach (var (name, value) in packets.Properties)
        {
            if (value is null)
            {
                continue;
            }

            attributes[name switch
            {
                "source" => "source.address",
                "interface" => "network.interface.name",
                _ => Own + name,
            }] = new ScalarValue(value);
        }

        foreach (var (name, label) in packets.Rule.Labels)
        {
            attributes[$"{Own}labels.{name}"] = new ScalarValue(label);
        }
    }

    private static void Add(AgentStatement statement, Dictionary<string, LogEventPropertyValue> attributes)
    {
        attributes[Own + "event"] = new ScalarValue("agent");
        attributes[Own + "action"] = new ScalarValue(statement.Action);
        if (statement.Rule is { } rule)
        {
            attributes[Own + "rule"] = new ScalarValue(rule);
        }

        foreach (var (name, number) in statement.Numbers)
        {
            attributes[Own + name] = new ScalarValue(number);
        }
    }
}
