using Serilog.Events;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Shapes;

namespace TraceAgent.Events.Formats;

/// <summary>A list that renders in any Serilog sink as our own messages show it.</summary>
internal sealed class ShownList(EventField element, ulong[] numbers, bool isPart, Func<ulong, object?> valueOf)
    : SequenceValue(Array.ConvertAll(numbers, bits => new ScalarValue(valueOf(bits))))
{
    public override void Render(TextWriter output, string? format = null, IFormatProvider? formatProvider = null)
    {
        var buffer = new LineBuffer();
        MessageText.AppendList(buffer, element, numbers, format);
        if (isPart)
        {
            buffer.Append('…');
        }

        output.Write(buffer.ToString());
    }
}
