using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>Writes the values of events as members of a JSON object, the same in every format of ours.</summary>
/// <param name="line">Takes them.</param>
internal sealed class ValueJson(LineBuffer line)
{
    /// <summary>What the message wanted to know of the hit, arguments, result and what is said about them, up to the labels, each with a comma before it.</summary>
    public void Write(TracedEvent traced)
    {
        var shape = traced.Shape;
        if (shape.HasOnDemand)
        {
            WriteOnDemand(traced);
        }

        WriteValues(traced);
        if (shape.HasErrorNumbers)
        {
            WriteErrorNames(traced);
        }

        if (shape.HasDuration)
        {
            line.Append(",\"duration_ns\":"u8);
            WriteUnsigned(traced.Duration);
        }

        if (shape.HasLengths)
        {
            WriteLengths(traced);
        }

        if (shape.HasProblems)
        {
            WriteProblems(traced);
        }

        if (shape.LabelsJson.Length > 0)
        {
            line.Append(shape.LabelsJson);
        }
    }

    private void WriteOnDemand(TracedEvent traced)
    {
        var shape = traced.Shape;
        foreach (var property in shape.OfProcess)
        {
            line.Append(',');
            line.Append(property.Key);
            if (property.Number(traced.Process) is { } number)
            {
                line.Append(number);
            }
            else if (property.Text(traced.Process) is { } text)
            {
                WriteText(text);
            }
            else
            {
                line.Append("null"u8);
            }
        }

        for (var i = shape.CapturedCount; i < shape.Fields.Length; i++)
        {
            line.Append(',');
            line.Append(shape.Fields[i].Key);
            WriteValue(traced, i);
        }
    }

    private void WriteValues(TracedEvent traced)
    {
        var leads = traced.Shape.ArgumentLeads;
        for (var i = 0; i < leads.Length; i++)
        {
            line.Append(leads[i]);
            WriteValue(traced, i);
        }

        line.Append(leads.Length == 0 ? ",\"args\":{}"u8 : "}"u8);
        if (traced.Shape.CapturedCount > traced.Shape.ArgumentCount)
        {
            line.Append(",\"ret\":"u8);
            WriteValue(traced, traced.Shape.ArgumentCount);
        }
    }

    private void WriteValue(TracedEvent traced, int index)
    {
        ref readonly var value = ref traced.Values[index];
        if (value.IsMissing)
        {
            line.Append("null"u8);
            return;
        }

        var field = traced.Shape.Fields[index];
        if (field.IsScalar)
        {
            WriteScalar(field, value.Bits);
        }
        else if (field.IsCharacters)
        {
            WriteText(traced.TextOf(in value));
        }
        else if (field.Form == FieldForm.List && !value.Redacted)
        {
            WriteList(field.Element!, traced.NumbersOf(in value));
        }
        else
        {
            WriteText(SecretFinder.Mask);
        }
    }

    private void WriteList(EventField element, ReadOnlySpan<ulong> numbers)
    {
        line.Append('[');
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
            {
                line.Append(',');
            }

            WriteScalar(element, numbers[i]);
        }

        line.Append(']');
    }

    private void WriteScalar(EventField field, ulong bits)
    {
        switch (field.Form)
        {
            case FieldForm.Signed or FieldForm.ErrorNumber:
                line.Append((long)bits);
                break;
            case FieldForm.Unsigned or FieldForm.Duration:
                WriteUnsigned(bits);
                break;
            case FieldForm.Pointer:
                line.Append("\"0x"u8);
                line.Append(bits, "x");
                line.Append('"');
                break;
            case FieldForm.Enumeration when field.NameOf(bits) is null:
                line.Append((long)bits);
                break;
            case FieldForm.Bool:
            case FieldForm.Real when ScalarText.IsFinite(field, bits):
                ScalarText.Append(line, field, bits, null);
                break;
            default:
                line.Append('"');
                var start = line.Length;
                ScalarText.Append(line, field, bits, null);
                line.EscapeJson(start);
                line.Append('"');
                break;
        }
    }

    private void WriteText(ReadOnlySpan<char> text)
    {
        line.Append('"');
        line.AppendJson(text);
        line.Append('"');
    }

    // Consumers clamp or refuse numbers above 2^63 - 1.
    private void WriteUnsigned(ulong value)
    {
        if (value <= long.MaxValue)
        {
            line.Append(value);
            return;
        }

        line.Append('"');
        line.Append(value);
        line.Append('"');
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
                WriteMember(",\"errno\":{"u8, traced.Shape.Fields[i].Key, ref opened);
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
                WriteMember(",\"lengths\":{"u8, traced.Shape.Fields[i].Key, ref opened);
                line.Append(value.Bits);
            }
        }

        Close(opened);
    }

    private void WriteProblems(TracedEvent traced)
    {
        var opened = false;
        for (var i = 0; i < traced.Shape.Fields.Length; i++)
        {
            ref readonly var value = ref traced.Values[i];
            if (value.HasProblem)
            {
                WriteMember(",\"problems\":{"u8, traced.Shape.Fields[i].Key, ref opened);
                WriteText(value.Problem!);
            }
        }

        foreach (var property in traced.Shape.OfProcess)
        {
            if (!property.IsKnown(traced.Process))
            {
                WriteMember(",\"problems\":{"u8, property.Key, ref opened);
                WriteText(ProcessProperty.Gone);
            }
        }

        Close(opened);
    }

    private void WriteMember(ReadOnlySpan<byte> open, ReadOnlySpan<byte> key, ref bool opened)
    {
        line.Append(opened ? ","u8 : open);
        line.Append(key);
        opened = true;
    }

    private void Close(bool opened)
    {
        if (opened)
        {
            line.Append('}');
        }
    }
}
