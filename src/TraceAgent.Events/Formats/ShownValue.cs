using Serilog.Events;
using TraceAgent.Capture.Formatting;

namespace TraceAgent.Events.Formats;

/// <summary>A property that renders in any Serilog sink as our own messages show it.</summary>
internal sealed class ShownValue(object? value, Action<LineBuffer, string?> append) : ScalarValue(value)
{
    public override void Render(TextWriter output, string? format = null, IFormatProvider? formatProvider = null)
    {
        var buffer = new LineBuffer();
        append(buffer, format);
        output.Write(buffer.ToString());
    }
}
