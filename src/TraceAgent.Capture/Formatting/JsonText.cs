using System.Buffers;
using System.Text;

namespace TraceAgent.Capture.Formatting;

/// <summary>Writes the inside of JSON strings (RFC 8259, section 7), on one line, without any control character.</summary>
public static class JsonText
{
    /// <summary>The ASCII characters that a JSON string can hold as they are.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c).Where(c => c is not ((byte)'"' or (byte)'\\'))]);

    /// <summary>The first bytes of characters that are escaped; <see cref="EscapedBytes"/> tells them from others that begin so.</summary>
    private static readonly SearchValues<byte> Suspect = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (byte)c), 0x7f, (byte)'"', (byte)'\\', 0xc2, 0xe2]);

    [ThreadStatic]
    private static LineBuffer? Buffer;

    /// <summary>A JSON string with its quotes; made once, not per event.</summary>
    public static string Quote(string text)
    {
        var buffer = Buffer ??= new LineBuffer();
        buffer.Clear();
        buffer.Append('"');
        buffer.AppendJson(text);
        buffer.Append('"');
        return buffer.ToString();
    }

    /// <summary>A name as a member of a JSON object, with its colon.</summary>
    public static byte[] Key(string name) => Encoding.UTF8.GetBytes(Quote(name) + ":");

    /// <summary>A rule's labels as a member of a JSON object, with a comma before it; empty when there are none.</summary>
    public static string Labels(IReadOnlyCollection<KeyValuePair<string, string>> labels) => labels.Count == 0
        ? ""
        : $",\"labels\":{{{string.Join(',', labels.Select(label => $"{Quote(label.Key)}:{Quote(label.Value)}"))}}}";

    /// <summary>Appends a number; above 2^63 - 1 as a string, since consumers clamp or refuse such numbers.</summary>
    public static void AppendJson(this LineBuffer line, ulong number)
    {
        if (number <= long.MaxValue)
        {
            line.Append(number);
            return;
        }

        line.Append('"');
        line.Append(number);
        line.Append('"');
    }

    public static void AppendJson(this LineBuffer line, ReadOnlySpan<char> text)
    {
        var start = line.Length;
        line.Append(text);
        line.EscapeJson(start);
    }

    /// <summary>Appends line feed, carriage return and tab as JSON and C write them.</summary>
    public static void AppendShortEscape(this LineBuffer line, char c) =>
        line.Append(c switch { '\n' => "\\n"u8, '\r' => "\\r"u8, _ => "\\t"u8 });

    /// <summary>Makes what was appended since <paramref name="start"/> the inside of a JSON string.</summary>
    public static void EscapeJson(this LineBuffer line, int start)
    {
        var at = NextEscaped(line.Bytes[start..]);
        if (at < 0)
        {
            return;
        }

        var text = line.TakeFrom(start);
        for (; at >= 0; at = NextEscaped(text))
        {
            line.Append(text[..at]);
            text = text[at..];
            var bytes = EscapedBytes(text);
            AppendEscape(line, bytes switch { 1 => (char)text[0], 2 => (char)text[1], _ => (char)(0x2000 | (text[2] & 0x3f)) });
            text = text[bytes..];
        }

        line.Append(text);
    }

    private static int NextEscaped(ReadOnlySpan<byte> utf8)
    {
        // A search among ASCII alone takes a few ns.
        var at = utf8.IndexOfAnyExcept(Plain);
        while (at >= 0 && EscapedBytes(utf8[at..]) == 0)
        {
            var next = utf8[(at + 1)..].IndexOfAny(Suspect);
            at = next < 0 ? next : at + 1 + next;
        }

        return at;
    }

    // C1 controls (U+0080 to U+009F) and the two line separators (U+2028, U+2029) too: terminals and line readers act on them.
    private static int EscapedBytes(ReadOnlySpan<byte> utf8) => utf8 switch
    {
        [< 0x20 or 0x7f or (byte)'"' or (byte)'\\', ..] => 1,
        [0xc2, < 0xa0, ..] => 2,
        [0xe2, 0x80, 0xa8 or 0xa9, ..] => 3,
        _ => 0,
    };

    private static void AppendEscape(LineBuffer line, char c)
    {
        switch (c)
        {
            case '\n' or '\r' or '\t':
                line.AppendShortEscape(c);
                break;
            case '"' or '\\':
                line.Append('\\');
                line.Append(c);
                break;
            case '\0':
                // Syslog daemons cut a string at an escaped NUL.
                line.Append('\ufffd');
                break;
            default:
                line.Append("\\u"u8);
                line.Append((ulong)c, "x4");
                break;
        }
    }
}
