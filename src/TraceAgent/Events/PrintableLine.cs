namespace TraceAgent.Events;

/// <summary>Text that a traced program chose, made harmless for a terminal.</summary>
internal static class PrintableLine
{
    /// <summary>Controls are shown as <c>\x1b</c>, <c>\n</c>, <c>\u202e</c>.</summary>
    public static void AppendPrintable(this LineBuffer line, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '\n':
                    line.Append("\\n");
                    break;
                case '\r':
                    line.Append("\\r");
                    break;
                case '\t':
                    line.Append("\\t");
                    break;
                case < ' ' or (>= '\u007f' and <= '\u009f'):
                    line.Append("\\x");
                    line.Append((ulong)c, "x2");
                    break;
                // Line separators and the marks that reverse the direction of text.
                case '\u2028' or '\u2029' or '\u061c' or (>= '\u200e' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'):
                    line.Append("\\u");
                    line.Append((ulong)c, "x4");
                    break;
                default:
                    line.Append(c);
                    break;
            }
        }
    }
}
