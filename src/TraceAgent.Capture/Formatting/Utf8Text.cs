using System.Buffers;
using System.Text.Unicode;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Formatting;

/// <summary>Decodes UTF-8 of a traced process.</summary>
public static class Utf8Text
{
    /// <summary>Decodes up to the first NUL and returns where the characters end.</summary>
    public static int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        if (bytes.IndexOf((byte)0) is >= 0 and var end)
        {
            // With its NUL the text is complete, whatever could not be read after it.
            value.Outcome = Outcome.Ok;
            bytes = bytes[..end];
        }

        return Characters(bytes, chars, start, ref value);
    }

    /// <summary>Decodes a text in which a NUL is no end, and returns where the characters end.</summary>
    public static int DecodeWhole(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        var end = Characters(bytes, chars, start, ref value);
        var text = chars.AsSpan(start, value.TextLength);
        if (text.Contains('\0'))
        {
            value.InvalidUtf8 = true;
            text.Replace('\0', '\ufffd');
        }

        return end;
    }

    private static int Characters(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        // A character that was cut in two is left out, and not shown as invalid.
        var whole = !value.IsPart;
        var status = Utf8.ToUtf16(bytes, chars.AsSpan(start), out var read, out var written, replaceInvalidSequences: false, whole);
        if (status == OperationStatus.InvalidData)
        {
            value.InvalidUtf8 = true;
            _ = Utf8.ToUtf16(bytes[read..], chars.AsSpan(start + written), out _, out var rest, replaceInvalidSequences: true, whole);
            written += rest;
        }

        value.TextStart = start;
        value.TextLength = written;
        return start + written;
    }
}
