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
        WriteOnDemand(traced);
        line.Append(traced.Site.Json);
        WriteValues(traced);
        if (shape.HasErrorNumbers)
        {
            WriteErrorNames(traced);
        }

        if (shape.HasDuration)
        {
            line.Append(",\"duration_ns\":");
            WriteUnsigned(traced.Duration);
        }

        if (shape.HasLengths)
        {
            WriteLengths(traced);
        }

        WriteProblems(traced);
        line.Append(shape.LabelsJson);
        line.Append("}\n");
    }

    private void WriteOnDemand(TracedEvent traced)
    {
        var shape = traced.Shape;
        if (shape.HasParent)
        {
            _line.Append(",\"ppid\":");
            if (traced.Process.ParentPid is { } parent)
            {
                _line.Append((long)parent);
            }
            else
            {
                _line.Append("null");
            }
        }

        for (var i = shape.CapturedCount; i < shape.Fields.Length; i++)
        {
            _line.Append(',');
            _line.Append(shape.Fields[i].Key);
            WriteValue(traced, i);
        }
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
        if (traced.Shape.CapturedCount > traced.Shape.ArgumentCount)
        {
            _line.Append(",\"ret\":");
            WriteValue(traced, traced.Shape.ArgumentCount);
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

        var field = traced.Shape.Fields[index];
        if (field.Form == FieldForm.List && !value.Redacted)
        {
            WriteList(field.Element!, traced.NumbersOf(in value));
        }
        else if (field.Form is FieldForm.Redacted or FieldForm.List)
        {
            _line.Append("\"" + SecretFinder.Mask + "\"");
        }
        else if (field.IsCharacters)
        {
            WriteText(traced.TextOf(in value));
        }
        else
        {
            WriteScalar(field, value.Bits);
        }
    }

    private void WriteList(EventField element, ReadOnlySpan<ulong> numbers)
    {
        _line.Append('[');
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
            {
                _line.Append(',');
            }

            WriteScalar(element, numbers[i]);
        }

        _line.Append(']');
    }

    private void WriteScalar(EventField field, ulong bits)
    {
        switch (field.Form)
        {
            case FieldForm.Signed or FieldForm.ErrorNumber:
                _line.Append((long)bits);
                break;
            case FieldForm.Unsigned or FieldForm.Duration:
                WriteUnsigned(bits);
                break;
            case FieldForm.Pointer:
                _line.Append("\"0x");
                _line.Append(bits, "x");
                _line.Append('"');
                break;
            case FieldForm.Enumeration when field.NameOf(bits) is null:
                _line.Append((long)bits);
                break;
            case FieldForm.Bool:
            case FieldForm.Real when ScalarText.IsFinite(field, bits):
                ScalarText.Append(_line, field, bits, null);
                break;
            default:
                _message.Clear();
                ScalarText.Append(_message, field, bits, null);
                WriteText(_message.Text);
                break;
        }
    }

    private void WriteText(ReadOnlySpan<char> text)
    {
        _line.Append('"');
        _line.AppendJson(text);
        _line.Append('"');
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

    // Objects with the values' names as keys, beside the values: a value keeps its type, and no key begins with another.
    private void WriteErrorNames(TracedEvent traced)
    {
        var opened = false;
        for (var i = 0; i < traced.Shape.Fields.Length; i++)
        {
            ref readonly var value = ref traced.Values[i];
            if (traced.Shape.Fields[i].Form == FieldForm.ErrorNumber && !value.IsMissing && ErrorNames.Find((long)value.Bits) is { } name)
            {
                WriteMember(",\"errno\":{", traced.Shape.Fields[i].Key, ref opened);
                WriteText(name);
            }
        }

        Close(opened);
    }

    // Only of what was cut: else it can be counted.
    private void WriteLengths(TracedEvent traced)
    {
        var opened = false;
        for (var i = 0; i < traced.Shape.Fields.Length; i++)
        {
            ref readonly var value = ref traced.Values[i];
            if (traced.Shape.Fields[i].HasLength && value.IsPart)
            {
                WriteMember(",\"lengths\":{", traced.Shape.Fields[i].Key, ref opened);
                _line.Append(value.Bits);
            }
        }

        Close(opened);
    }

    private void WriteProblems(TracedEvent traced)
    {
        var opened = false;
        for (var i = 0; i < traced.Shape.Fields.Length; i++)
        {
            if (traced.Values[i].Problem is { } problem)
            {
                WriteMember(",\"problems\":{", traced.Shape.Fields[i].Key, ref opened);
                WriteText(problem);
            }
        }

        if (traced is { Shape.HasParent: true, Process.ParentPid: null })
        {
            WriteMember(",\"problems\":{", "\"ppid\":", ref opened);
            WriteText(ProcessFacts.Gone);
        }

        Close(opened);
    }

    private void WriteMember(string open, string key, ref bool opened)
    {
        _line.Append(opened ? "," : open);
        _line.Append(key);
        opened = true;
    }

    private void Close(bool opened)
    {
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
