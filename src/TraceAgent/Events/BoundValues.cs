using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>The values of events as members of a JSON object, the same in every format of ours.</summary>
internal static class BoundValues
{
    /// <summary>What the message wanted to know of the hit, arguments, result and what is said about them, up to the labels, each with a comma before it.</summary>
    public static BoundText Of(KindShape shape)
    {
        var text = new BoundTextBuilder();
        for (var i = 0; i < shape.OfProcess.Length; i++)
        {
            Add(",", shape.OfProcess[i].Key, new Hole(HoleSource.JsonProcess, i));
        }

        for (var i = shape.CapturedCount; i < shape.Fields.Length; i++)
        {
            AddValue(",", i);
        }

        text.Add(",\"args\":{");
        for (var i = 0; i < shape.ArgumentCount; i++)
        {
            AddValue(i == 0 ? "" : ",", i);
        }

        text.Add("}");
        if (shape.CapturedCount > shape.ArgumentCount)
        {
            Add(",", "\"ret\":"u8, Value(shape.ArgumentCount));
        }

        if (Array.Exists(shape.Fields, field => field.Form == FieldForm.ErrorNumber))
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

        void AddValue(string before, int index) => Add(before, shape.Fields[index].Key, Value(index));

        Hole Value(int index) => new(HoleSource.JsonValue, index) { IsNumber = shape.Fields[index].IsNumber };

        void Add(string before, ReadOnlySpan<byte> key, Hole hole)
        {
            text.Add(before);
            text.Add(key);
            text.Add(hole);
        }
    }
}
