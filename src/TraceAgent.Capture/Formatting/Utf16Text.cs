using System.Buffers.Binary;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Formatting;

/// <summary>Decodes UTF-16LE of a traced process.</summary>
internal static class Utf16Text
{
    /// <summary>
    /// Decodes up to the first NUL and returns where the characters end. Without a NUL, the last unit that was read tells that
    /// there is more, and is not part of the text.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
        Decode(bytes, chars, start, endsAtNul: true, ref value);

    /// <summary>Decodes a text in which a NUL is no end, and returns where the characters end.</summary>
    public static int DecodeWhole(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value) =>
        Decode(bytes, chars, start, endsAtNul: false, ref value);

    private static int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, bool endsAtNul, ref DecodedValue value)
    {
        var (at, end) = (0, start);
        for (; at + 2 <= bytes.Length; at += 2)
        {
            var unit = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
            if (unit == 0 && endsAtNul)
            {
                value.Outcome = Outcome.Ok;
                break;
            }

            if (char.IsLowSurrogate(unit) && !(end > start && char.IsHighSurrogate(chars[end - 1])))
            {
                unit = '\ufffd';
                value.InvalidUtf16 = true;
            }
            else if (!char.IsLowSurrogate(unit))
            {
                End(chars, start, end, ref value);
                value.InvalidUtf16 |= unit == 0;
                unit = unit == 0 ? '\ufffd' : unit;
            }

            chars[end++] = unit;
        }

        if (endsAtNul && at + 2 > bytes.Length && value.Outcome != Outcome.Cut)
        {
            value.Outcome = Outcome.Truncated;
            end = Math.Max(start, end - 1);
        }

        if (value.IsPart && end > start && char.IsHighSurrogate(chars[end - 1]))
        {
            // A surrogate pair that was cut in two is left out, and not shown as invalid.
            end--;
        }

        End(chars, start, end, ref value);
        value.TextStart = start;
        value.TextLength = end - start;
        return end;
    }

    /// <summary>Ends the text: its last unit is not followed by a low surrogate.</summary>
    private static void End(char[] chars, int start, int end, ref DecodedValue value)
    {
        if (end > start && char.IsHighSurrogate(chars[end - 1]))
        {
            chars[end - 1] = '\ufffd';
            value.InvalidUtf16 = true;
        }
    }
}
