namespace TraceAgent.Events;

/// <summary>JSON that is made once, not per event.</summary>
internal static class JsonText
{
    /// <summary>A JSON string with its quotes.</summary>
    public static string Quote(string text)
    {
        var buffer = new LineBuffer();
        buffer.Append('"');
        buffer.AppendJson(text);
        buffer.Append('"');
        return new string(buffer.Text);
    }
}
