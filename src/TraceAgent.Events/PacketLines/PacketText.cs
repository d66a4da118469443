using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules;

namespace TraceAgent.Events.PacketLines;

/// <summary>Renders the message of a line of a packet rule, unescaped.</summary>
internal static class PacketText
{
    public static void Append(LineBuffer into, PacketEvent line)
    {
        foreach (var token in line.Template.Tokens)
        {
            if (token is MessageToken.Hole hole)
            {
                var start = into.Length;
                Append(into, line, hole);
                if (hole.Alignment is { } width)
                {
                    into.Align(start, width);
                }
            }
            else
            {
                into.Append(((MessageToken.Literal)token).Text);
            }
        }
    }

    private static void Append(LineBuffer into, PacketEvent line, MessageToken.Hole hole)
    {
        switch (hole.Name)
        {
            case "packets":
                into.Append(line.Numbers.Packets, hole.Format);
                break;
            case "bytes":
                into.Append(line.Numbers.Bytes, hole.Format);
                break;
            case "dropped":
                into.Append(line.Numbers.Dropped, hole.Format);
                break;
            case "spared":
                into.Append(line.Numbers.Spared, hole.Format);
                break;
            case "source":
                into.Append(line.Subject.Text);
                break;
            case "interface":
                into.Append(line.Rule.Interface.Value);
                break;
            case "prefix":
                into.Append(line.Prefix ?? "<gone>");
                break;
            case "rule":
                into.Append(line.Rule.Name.Value);
                break;
            default:
                AppendTime(into, line.Time, hole.Format);
                break;
        }
    }

    private static void AppendTime(LineBuffer into, long time, string? format)
    {
        into.AppendNumber(UtcText.ToDateTimeOffset(time), format ?? "o");
    }
}
