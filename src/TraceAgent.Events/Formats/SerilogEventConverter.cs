using System.Globalization;
using Serilog.Events;
using Serilog.Parsing;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Secrets;
using TraceAgent.Events.Shapes;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>
/// Converts an event for formatters and sinks that are not ours: properties of their own, under the names that the template uses.
/// The result shares nothing with the next event.
/// </summary>
internal static class SerilogEventConverter
{
    public static LogEvent Of(StreamEvent streamEvent)
    {
        var properties = new Dictionary<string, LogEventPropertyValue>();
        MessageTemplate template;
        switch (streamEvent)
        {
            case TracedEvent traced:
                Add(traced, properties);
                template = traced.Shape.Template;
                break;
            case PacketEvent packets:
                Add(packets, properties);
                template = new MessageTemplateParser().Parse(packets.Template.Text);
                break;
            default:
                var statement = (AgentStatement)streamEvent;
                Add(statement, properties);
                template = WithoutHoles(statement.Message);
                break;
        }

        return LogEvent.UnstableAssembleFromParts(
            UtcText.ToDateTimeOffset(streamEvent.Time), streamEvent.Level, null, template, properties, default, default);
    }

    /// <summary>A template that is this text, also when a path or a value in it has braces.</summary>
    internal static MessageTemplate WithoutHoles(string text) => new(
        text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), [new TextToken(text)]);

    private static void Add(TracedEvent traced, Dictionary<string, LogEventPropertyValue> properties)
    {
        var shape = traced.Shape;
        foreach (var (name, label) in shape.Labels)
        {
            properties[name] = new ScalarValue(label);
        }

        properties["rule"] = Text(shape.Rule, shape.Rule);
        properties["event"] = new ScalarValue(shape.Event);
        properties["pid"] = new ScalarValue((long)traced.Pid);
        properties["tid"] = new ScalarValue((long)traced.Tid);
        properties["comm"] = Text(new string(traced.Comm.Text), new string(traced.Comm.Text));
        properties["exe"] = Text(traced.Process.Executable, traced.Process.Executable ?? "<unknown>");
        foreach (var property in shape.OfProcess)
        {
            properties[property.Name] = property.Number(traced.Process) is { } number
                ? new ScalarValue(number)
                : Text(property.Text(traced.Process), property.Text(traced.Process) ?? ProcessProperty.GoneText);
        }

        var symbol = traced.Site.Text;
        properties["symbol"] = new ShownValue(symbol, (into, format) => into.Append(MessageText.SymbolText(symbol, format)));
        properties["binary"] = Text(traced.Site.Binary, traced.Site.Binary);
        properties["time"] = new ScalarValue(UtcText.ToDateTimeOffset(traced.Time));
        if (shape.HasDuration)
        {
            properties["duration"] = Duration(traced.OwnDuration);
            properties["duration_ns"] = Number(traced.Duration);
            if (traced.AddedByTracing > 0)
            {
                properties["tracing_ns"] = Number(traced.AddedByTracing);
            }
        }

        for (var i = 0; i < shape.Fields.Length; i++)
        {
            properties[shape.Fields[i].Name] = Field(traced, i);
        }

        foreach (var (name, structure) in shape.Structures)
        {
            var text = new LineBuffer();
            structure.Append(text, traced);
            properties[name] = Text(text.ToString(), text.ToString());
        }

        for (var i = 0; i < shape.Fields.Length; i++)
        {
            AddDerived(traced, i, properties);
        }

        foreach (var property in shape.OfProcess)
        {
            if (!property.IsKnown(traced.Process))
            {
                properties.TryAdd($"{property.Name}_problem", new ScalarValue(ProcessProperty.Gone));
            }
        }
    }

    // Properties that follow from a value. One that the rule itself has named stays.
    private static void AddDerived(TracedEvent traced, int index, Dictionary<string, LogEventPropertyValue> properties)
    {
        ref readonly var value = ref traced.Values[index];
        var field = traced.Shape.Fields[index];
        if (field.IsErrorNumber && !value.IsMissing && ErrorNames.Find((long)value.Bits) is { } name)
        {
            properties.TryAdd($"{field.Name}_errno", new ScalarValue(name));
        }

        if (field.HasLength && value.IsPart)
        {
            properties.TryAdd($"{field.Name}_length", Number(value.Bits));
        }

        if (value.Problem is { } problem)
        {
            properties.TryAdd($"{field.Name}_problem", new ScalarValue(problem));
        }
    }

    private static void Add(PacketEvent packets, Dictionary<string, LogEventPropertyValue> properties)
    {
        foreach (var (name, label) in packets.Rule.Labels)
        {
            properties[name] = new ScalarValue(label);
        }

        properties["rule"] = Text(packets.Rule.Name.Value, packets.Rule.Name.Value);
        properties["event"] = new ScalarValue(packets.Event);
        properties["time"] = new ScalarValue(UtcText.ToDateTimeOffset(packets.Time));
        properties["dropped"] = new ScalarValue(packets.Numbers.Dropped);
        properties["spared"] = new ScalarValue(packets.Numbers.Spared);
        foreach (var (name, value) in packets.Properties)
        {
            properties[name] = value is string text ? Text(text, text) : new ScalarValue(value);
        }

        if (packets.Subject.Source is null)
        {
            properties["source"] = Text(null, packets.Subject.Text);
        }
    }

    private static void Add(AgentStatement statement, Dictionary<string, LogEventPropertyValue> properties)
    {
        properties["event"] = new ScalarValue("agent");
        properties["action"] = new ScalarValue(statement.Action);
        if (statement.Rule is { } rule)
        {
            properties["rule"] = new ScalarValue(rule);
        }

        foreach (var (name, number) in statement.Numbers)
        {
            properties[name] = new ScalarValue(number);
        }
    }

    /// <summary>The value alone, for sinks that render nothing. Without NUL, at which some consumers cut a text.</summary>
    internal static LogEventPropertyValue PlainOf(TracedEvent traced, int index)
    {
        ref readonly var value = ref traced.Values[index];
        var field = traced.Shape.Fields[index];
        if (field.Form == FieldForm.List && !value.IsMissing && !value.Redacted)
        {
            var numbers = traced.NumbersOf(in value);
            var elements = new LogEventPropertyValue[numbers.Length];
            for (var i = 0; i < elements.Length; i++)
            {
                elements[i] = new ScalarValue(field.Members[0].Scalar.ToObject(numbers[i]));
            }

            return new SequenceValue(elements);
        }

        var plain = ValueOf(traced, index);
        return new ScalarValue(plain is string text ? text.Replace('\0', '\ufffd') : plain);
    }

    private static object? ValueOf(TracedEvent traced, int index)
    {
        ref readonly var value = ref traced.Values[index];
        if (value.IsMissing)
        {
            return null;
        }

        var field = traced.Shape.Fields[index];
        if (field.IsScalar)
        {
            return field.Scalar.ToObject(value.Bits);
        }

        return field.IsCharacters ? new string(traced.TextOf(in value)) : SecretFinder.Mask;
    }

    private static ScalarValue Number(ulong value) =>
        new(value <= long.MaxValue ? (long)value : value.ToString(CultureInfo.InvariantCulture));

    // The value's own copy: the event is filled again before a sink may render it.
    private static ShownValue Text(object? value, string shown) => new(value, (into, _) => into.Append(shown));

    private static LogEventPropertyValue Field(TracedEvent traced, int index)
    {
        var value = traced.Values[index];
        var field = traced.Shape.Fields[index];
        if (field.Form == FieldForm.List && !value.IsMissing && !value.Redacted)
        {
            return new ShownList(
                field.Members[0], traced.NumbersOf(in value).ToArray(), value.IsPart, bits => field.Members[0].Scalar.ToObject(bits));
        }

        var shown = ValueOf(traced, index);
        if (!value.IsMissing && field.IsScalar)
        {
            return new ShownValue(shown, (into, format) => MessageText.AppendScalar(into, field, in value, format));
        }

        if (value.Outcome == Outcome.Ok && field.Form == FieldForm.Bytes)
        {
            var hex = (string)shown!;
            return new ShownValue(hex, (into, format) => MessageText.AppendCharacters(into, field, hex, format));
        }

        var buffer = new LineBuffer();
        MessageText.AppendValue(buffer, traced, index, format: null);
        return Text(shown, buffer.ToString());
    }


    private static ShownValue Duration(ulong nanoseconds)
    {
        var buffer = new LineBuffer();
        DurationText.Append(buffer, nanoseconds, null);
        return new ShownValue(buffer.ToString(), (into, format) => DurationText.Append(into, nanoseconds, format));
    }
}
