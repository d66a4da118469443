using System.Globalization;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Formats;

/// <summary>
/// Writes the properties of statements and lines of packet rules as members of a JSON object, the same in all our formats.
/// </summary>
internal static class PropertyJson
{
    /// <summary>Appends the numbers of a statement, each with a comma before it.</summary>
    public static void AppendProperties(this LineBuffer line, AgentStatement statement)
    {
        foreach (var (name, number) in statement.Numbers)
        {
            line.Append(",\""u8);
            line.Append(name);
            line.Append("\":"u8);
            line.Append(number);
        }
    }

    /// <summary>Appends the properties of a line of a packet rule, and its labels, each with a comma before it.</summary>
    /// <param name="line">The line to append to.</param>
    /// <param name="packets">The line.</param>
    /// <param name="without">Names that stand elsewhere.</param>
    public static void AppendProperties(this LineBuffer line, PacketEvent packets, params ReadOnlySpan<string> without)
    {
        foreach (var (name, value) in packets.Properties)
        {
            if (!without.Contains(name))
            {
                line.Append($",\"{name}\":{value switch
                {
                    null => "null",
                    bool truth => truth ? "true" : "false",
                    long number => number.ToString(CultureInfo.InvariantCulture),
                    _ => JsonText.Quote((string)value),
                }}");
            }
        }

        line.Append(JsonText.Labels(packets.Rule.Labels));
    }
}
