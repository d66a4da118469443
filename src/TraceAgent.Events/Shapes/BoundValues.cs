using TraceAgent.Capture.Formatting;

namespace TraceAgent.Events.Shapes;

/// <summary>Makes the values of events as members of a JSON object, the same in all our formats.</summary>
internal static class BoundValues
{
    /// <summary>
    /// The process members that the message names, arguments, result and their problems, up to the labels, each with a comma
    /// before it.
    /// </summary>
    public static BoundText Of(KindShape shape)
    {
        var text = new BoundTextBuilder();
        for (var i = 0; i < shape.OfProcess.Length; i++)
        {
            Add(",", shape.OfProcess[i].Key, new Hole(HoleSource.JsonProcess, i));
        }

        foreach (var field in shape.Members)
        {
            AddField(",", field);
        }

        if (Array.Exists(shape.Fields, field => field.IsErrorNumber))
        {
            text.Add(new Hole(HoleSource.JsonErrorNames));
        }

        if (shape.HasDuration)
        {
            Add(",", "\"duration_ns\":"u8, new Hole(HoleSource.JsonDuration));
        }

        if (Array.Exists(shape.Fields, field => field.HasLength))
        {
            text.Add(new Hole(HoleSource.JsonLengths));
        }

        if (shape.OfProcess.Length > 0 || Array.Exists(shape.Fields, field => field.HasProblems))
        {
            text.Add(new Hole(HoleSource.JsonProblems));
        }

        text.Add(JsonText.Labels(shape.Labels));
        return text.Build();

        void AddField(string before, EventField field)
        {
            text.Add(before);
            text.Add(field.Key);
            AddValue(field);
        }

        void AddValue(EventField field)
        {
            if (field.Form != FieldForm.Object)
            {
                text.Add(new Hole(HoleSource.JsonValue, field.Index) { IsNumber = field.IsNumber });
            }
            else if (field.IsArray)
            {
                text.Add("[");
                for (var i = 0; i < field.Members.Length; i++)
                {
                    text.Add(i == 0 ? "" : ",");
                    AddValue(field.Members[i]);
                }

                text.Add("]");
            }
            else
            {
                text.Add("{");
                for (var i = 0; i < field.Members.Length; i++)
                {
                    AddField(i == 0 ? "" : ",", field.Members[i]);
                }

                text.Add("}");
            }
        }

        void Add(string before, ReadOnlySpan<byte> key, Hole hole)
        {
            text.Add(before);
            text.Add(key);
            text.Add(hole);
        }
    }
}
