using System.Text;
using TraceAgent.Capture.Formatting;

namespace TraceAgent.Events.Formats;

/// <summary>Makes text that a traced program chose harmless for a terminal.</summary>
internal static class PrintableLine
{
    public static void AppendPrintable(this LineBuffer line, ReadOnlySpan<char> text)
    {
        var start = line.Length;
        line.Append(text);
        line.MakePrintable(start);
    }

    /// <summary>
    /// Replaces control characters in what was appended since <paramref name="start"/> by <c>\x1b</c>, <c>\n</c>, <c>\u202e</c>.
    /// </summary>
    public static void MakePrintable(this LineBuffer line, int start)
    {
        if (!line.Bytes[start..].ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return;
        }

        for (var text = line.TakeFrom(start); !text.IsEmpty;)
        {
            Rune.DecodeFromUtf8(text, out var rune, out var bytes);
            switch (rune.Value)
            {
                case '\n' or '\r' or '\t':
                    line.AppendShortEscape((char)rune.Value);
                    break;
                case < ' ' or (>= 0x7f and <= 0x9f):
                    line.Append("\\x"u8);
                    line.Append((ulong)rune.Value, "x2");
                    break;
                // Line separators and the marks that reverse the direction of text.
                case 0x2028 or 0x2029 or 0x061c or (>= 0x200e and <= 0x200f) or (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069):
                    line.Append("\\u"u8);
                    line.Append((ulong)rune.Value, "x4");
                    break;
                default:
                    line.Append(text[..bytes]);
                    break;
            }

            text = text[bytes..];
        }
    }
}
