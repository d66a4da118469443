namespace TraceAgent.Events;

/// <summary>JSON that is made once, not per event.</summary>
internal static class JsonText
{
    [ThreadStatic]
    private static LineBuffer? _buffer;

    /// <summary>A JSON string with its quotes.</summary>
    public static string Quote(string text)
    {
        var buffer = _buffer ??= new LineBuffer();
        buffer.Clear();
        buffer.Append('"');
        buffer.AppendJson(text);
        buffer.Append('"');
        return new string(buffer.Text);
    }
}
