using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>
/// One JSON object a line, in Serilog's compact format (CLEF) with the message rendered. One instance per output: it is
/// not for several threads.
/// </summary>
internal sealed class ClefFormatter : ITextFormatter
{
    private readonly LineBuffer _line = new();
    private readonly LineBuffer _message = new();
    private readonly UtcText _time = new();
    private readonly RenderedCompactJsonFormatter _foreign = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        _line.Clear();
        if (logEvent.Properties.TryGetValue(TracedEvent.PropertyName, out var value) && value is TracedEvent traced)
        {
            Write(traced);
        }
        else if (logEvent.Properties.TryGetValue(AgentStatement.PropertyName, out value) && value is AgentStatement statement)
        {
            Write(statement, logEvent.Level);
        }
        else
        {
            _foreign.Format(logEvent, output);
            return;
        }

        _line.WriteTo(output);
    }

    private void Write(TracedEvent traced)
    {
        var line = _line;
        var shape = traced.Shape;
        Begin(traced.Time);
        _message.Clear();
        MessageText.Append(_message, traced);
        line.AppendJson(_message.Text);
        line.Append(shape.AfterMessage);
        line.Append((ulong)traced.Pid);
        line.Append(",\"tid\":");
        line.Append((ulong)traced.Tid);
        line.Append(",\"comm\":\"");
        line.AppendJson(traced.CommText);
        line.Append("\",\"exe\":");
        line.Append(traced.Process.Json);
        line.Append(traced.Site.Json);
        WriteValues(traced);
        if (shape.HasDuration)
        {
            line.Append(",\"duration_ns\":");
            WriteUnsigned(traced.Duration);
        }

        WriteProblems(traced);
        line.Append(shape.LabelsJson);
        line.Append("}\n");
    }

    private void WriteValues(TracedEvent traced)
    {
        var fields = traced.Shape.Fields;
        _line.Append(",\"args\":{");
        for (var i = 0; i < traced.Shape.ArgumentCount; i++)
        {
            if (i > 0)
            {
                _line.Append(',');
            }

            _line.Append(fields[i].Key);
            WriteValue(traced, i);
        }

        _line.Append('}');
        if (fields.Length > traced.Shape.ArgumentCount)
        {
            _line.Append(",\"ret\":");
            WriteValue(traced, fields.Length - 1);
        }
    }

    private void WriteValue(TracedEvent traced, int index)
    {
        ref readonly var value = ref traced.Values[index];
        if (value.IsMissing)
        {
            _line.Append("null");
            return;
        }

        switch (traced.Shape.Fields[index].Type)
        {
            case CaptureType.Text:
                _line.Append('"');
                _line.AppendJson(traced.TextOf(in value));
                _line.Append('"');
                break;
            case CaptureType.Integer { Signed: true }:
                _line.Append((long)value.Bits);
                break;
            case CaptureType.Integer:
                WriteUnsigned(value.Bits);
                break;
            default:
                _line.Append("\"0x");
                _line.Append(value.Bits, "x");
                _line.Append('"');
                break;
        }
    }

    // Consumers clamp or refuse numbers above 2^63 - 1.
    private void WriteUnsigned(ulong value)
    {
        if (value <= long.MaxValue)
        {
            _line.Append(value);
            return;
        }

        _line.Append('"');
        _line.Append(value);
        _line.Append('"');
    }

    private void WriteProblems(TracedEvent traced)
    {
        var opened = false;
        for (var i = 0; i < traced.Shape.Fields.Length; i++)
        {
            if (traced.Values[i].Problem is not { } problem)
            {
                continue;
            }

            _line.Append(opened ? "," : ",\"problems\":{");
            opened = true;
            _line.Append(traced.Shape.Fields[i].Key);
            _line.Append('"');
            _line.Append(problem);
            _line.Append('"');
        }

        if (opened)
        {
            _line.Append('}');
        }
    }

    private void Write(AgentStatement statement, LogEventLevel level)
    {
        var line = _line;
        Begin(statement.Time);
        line.AppendJson(statement.Message);
        line.Append("\",\"@i\":\"");
        line.Append((ulong)statement.TemplateId, "x8");
        line.Append('"');
        if (level != LogEventLevel.Information)
        {
            line.Append($",\"@l\":\"{level}\"");
        }

        if (statement.Rule is { } rule)
        {
            line.Append($",\"rule\":{JsonText.Quote(rule)}");
        }

        line.Append($",\"event\":\"agent\",\"action\":\"{statement.Action}\"");
        foreach (var (name, number) in statement.Numbers)
        {
            line.Append($",\"{name}\":");
            line.Append(number);
        }

        line.Append("}\n");
    }

    private void Begin(long time)
    {
        _line.Append("{\"@t\":\"");
        _line.Append(_time.Format(time));
        _line.Append("\",\"@m\":\"");
    }
}
