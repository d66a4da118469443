using System.Buffers.Binary;
using System.Text;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Formatting;

/// <summary>Decodes UTF-32LE of a traced process, which <c>wchar_t</c> is on Linux.</summary>
internal static class Utf32Text
{
    private const int Unit = 4;

    /// <summary>
    /// Decodes up to the first NUL and returns where the characters end. Without a NUL, the last unit that was read tells that
    /// there is more, and is not part of the text.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        var (last, end) = (start, start);
        for (; bytes.Length >= Unit; bytes = bytes[Unit..])
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(bytes) == 0)
            {
                value.Outcome = Outcome.Ok;
                return Finish(start, end, ref value);
            }

            last = end;
            end = Append(bytes, chars, end, ref value);
        }

        if (value.Outcome != Outcome.Cut)
        {
            value.Outcome = Outcome.Truncated;
            end = last;
        }

        return Finish(start, end, ref value);
    }

    /// <summary>Decodes a text in which a NUL is no end, and returns where the characters end.</summary>
    public static int DecodeWhole(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        var end = start;
        for (; bytes.Length >= Unit; bytes = bytes[Unit..])
        {
            end = Append(bytes, chars, end, ref value);
        }

        return Finish(start, end, ref value);
    }

    private static int Append(ReadOnlySpan<byte> unit, char[] chars, int end, ref DecodedValue value)
    {
        var code = BinaryPrimitives.ReadInt32LittleEndian(unit);
        var isCharacter = Rune.IsValid(code) && code != 0;
        value.InvalidUtf32 |= !isCharacter;
        return end + (isCharacter ? new Rune(code) : Rune.ReplacementChar).EncodeToUtf16(chars.AsSpan(end));
    }

    private static int Finish(int start, int end, ref DecodedValue value)
    {
        value.TextStart = start;
        value.TextLength = end - start;
        return end;
    }
}
