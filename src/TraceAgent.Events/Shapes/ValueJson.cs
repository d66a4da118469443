using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Secrets;

namespace TraceAgent.Events.Shapes;

/// <summary>Renders the holes of JSON objects.</summary>
internal static class ValueJson
{
    public static void Append(LineBuffer line, TracedEvent traced, Hole hole)
    {
        switch (hole.Source)
        {
            case HoleSource.JsonValue:
                WriteValue(line, traced, hole.Index);
                break;
            case HoleSource.JsonDuration:
                WriteDuration(line, traced);
                break;
            case HoleSource.JsonProcess:
                WriteProperty(line, traced.Shape.OfProcess[hole.Index], traced.Process);
                break;
            case HoleSource.JsonErrorNames:
                WriteErrorNames(line, traced);
                break;
            case HoleSource.JsonLengths:
                WriteLengths(line, traced);
                break;
            default:
                WriteProblems(line, traced);
                break;
        }
    }

    private static void WriteDuration(LineBuffer line, TracedEvent traced)
    {
        line.AppendJson(traced.Duration);
        if (traced.AddedByTracing > 0)
        {
            line.Append(",\"tracing_ns\":"u8);
            line.AppendJson(traced.AddedByTracing);
        }
    }

    private static void WriteProperty(LineBuffer line, ProcessProperty property, ProcessFacts facts)
    {
        if (property.Number(facts) is { } number)
        {
            line.Append(number);
        }
        else if (property.Text(facts) is { } text)
        {
            WriteText(line, text);
        }
        else
        {
            line.Append("null"u8);
        }
    }

    private static void WriteValue(LineBuffer line, TracedEvent traced, int index)
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
            field.AppendJson(line, value.Bits);
        }
        else if (field.IsCharacters)
        {
            WriteText(line, traced.TextOf(in value));
        }
        else if (field.Form == FieldForm.List && !value.Redacted)
        {
            WriteList(line, field.Members[0], traced.NumbersOf(in value));
        }
        else
        {
            WriteText(line, SecretFinder.Mask);
        }
    }

    private static void WriteList(LineBuffer line, EventField element, ReadOnlySpan<ulong> numbers)
    {
        line.Append('[');
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
            {
                line.Append(',');
            }

            element.AppendJson(line, numbers[i]);
        }

        line.Append(']');
    }

    private static void WriteText(LineBuffer line, ReadOnlySpan<char> text)
    {
        line.Append('"');
        line.AppendJson(text);
        line.Append('"');
    }

    // Objects with the values' names as keys, beside the values: a value keeps its type, and no key begins with another.
    private static void WriteErrorNames(LineBuffer line, TracedEvent traced)
    {
        var opened = false;
        for (var i = 0; i < traced.Shape.Fields.Length; i++)
        {
            ref readonly var value = ref traced.Values[i];
            if (traced.Shape.Fields[i].IsErrorNumber && !value.IsMissing && ErrorNames.Find((long)value.Bits) is { } name)
            {
                WriteMember(line, ",\"errno\":{"u8, traced.Shape.Fields[i].DottedKey, ref opened);
                WriteText(line, name);
            }
        }

        Close(line, opened);
    }

    // Writes the full lengths of values that were cut; those of others can be counted.
    private static void WriteLengths(LineBuffer line, TracedEvent traced)
    {
        var opened = false;
        for (var i = 0; i < traced.Shape.Fields.Length; i++)
        {
            ref readonly var value = ref traced.Values[i];
            if (traced.Shape.Fields[i].HasLength && value.IsPart)
            {
                WriteMember(line, ",\"lengths\":{"u8, traced.Shape.Fields[i].DottedKey, ref opened);
                line.Append(value.Bits);
            }
        }

        Close(line, opened);
    }

    private static void WriteProblems(LineBuffer line, TracedEvent traced)
    {
        var opened = false;
        for (var i = 0; i < traced.Shape.Fields.Length; i++)
        {
            ref readonly var value = ref traced.Values[i];
            if (value.HasProblem)
            {
                WriteMember(line, ",\"problems\":{"u8, traced.Shape.Fields[i].DottedKey, ref opened);
                WriteText(line, value.Problem!);
            }
        }

        foreach (var property in traced.Shape.OfProcess)
        {
            if (!property.IsKnown(traced.Process))
            {
                WriteMember(line, ",\"problems\":{"u8, property.Key, ref opened);
                WriteText(line, ProcessProperty.Gone);
            }
        }

        Close(line, opened);
    }

    private static void WriteMember(LineBuffer line, ReadOnlySpan<byte> open, ReadOnlySpan<byte> key, ref bool opened)
    {
        line.Append(opened ? ","u8 : open);
        line.Append(key);
        opened = true;
    }

    private static void Close(LineBuffer line, bool opened)
    {
        if (opened)
        {
            line.Append('}');
        }
    }
}
