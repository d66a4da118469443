using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>
/// Decodes values that are longer than 64 bits into their event's characters, with secrets already hidden. One thread only.
/// </summary>
internal sealed class CharacterDecoder
{
    private readonly SecretFinder _secrets = new();
    private readonly LineBuffer _masked = new();

    /// <summary>Decodes one field of a record and returns where its characters end.</summary>
    public int Decode(ReadOnlySpan<byte> record, EventField field, char[] chars, int start, ref DecodedValue value)
    {
        if (!MemoryPart.TryRead(record, field.Slot, start, ref value, out var bytes))
        {
            return start;
        }

        switch (field.Form)
        {
            case FieldForm.Text:
                return Mask(field, chars, Text(bytes, chars, start, ref value), ref value);
            case FieldForm.CountedText:
                return Mask(field, chars, Counted(bytes, chars, start, ref value), ref value);
            case FieldForm.Utf16:
                return Mask(field, chars, Utf16Text.Decode(bytes, chars, start, ref value), ref value);
            case FieldForm.Bytes:
                return Hex(field, bytes, chars, start, ref value);
            case FieldForm.SocketAddress when SocketAddressText.IsUnix(bytes, out var name, out var isAbstract):
                var end = start;
                if (isAbstract)
                {
                    chars[end++] = '@';
                }

                end = Text(name, chars, end, ref value);
                (value.TextStart, value.TextLength) = (start, end - start);
                return Mask(field, chars, end, ref value);
            case FieldForm.SocketAddress when value.Outcome != Outcome.Cut || SocketAddressText.IsWhole(bytes):
                value.Outcome = Outcome.Ok;
                value.TextLength = SocketAddressText.Write(bytes, chars.AsSpan(start));
                return start + value.TextLength;
            case FieldForm.IPv6 when bytes.Length >= 16:
                value.Outcome = Outcome.Ok;
                value.TextLength = SocketAddressText.WriteIPv6(bytes[..16], 0, chars.AsSpan(start));
                return start + value.TextLength;
            default:
                value.Outcome = Outcome.Fault;
                return start;
        }
    }

    /// <summary>Decodes UTF-8 up to the first NUL and returns where the characters end.</summary>
    public static int Text(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        if (bytes.IndexOf((byte)0) is >= 0 and var end)
        {
            // Where the text ends, nothing is missing from it.
            value.Outcome = Outcome.Ok;
            bytes = bytes[..end];
        }

        return Whole(bytes, chars, start, ref value);
    }

    /// <summary>Decodes UTF-8 in which a NUL is no end.</summary>
    private static int Counted(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        var end = Whole(bytes, chars, start, ref value);
        var text = chars.AsSpan(start, value.TextLength);
        if (text.Contains('\0'))
        {
            value.InvalidUtf8 = true;
            text.Replace('\0', '\ufffd');
        }

        return end;
    }

    private static int Whole(ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        // What was cut off may have been the rest of a character: that is not the text's fault.
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

    private int Mask(EventField field, char[] chars, int end, ref DecodedValue value)
    {
        var text = chars.AsSpan(value.TextStart, value.TextLength);
        _masked.Clear();
        if (!_secrets.Hide(text, value.IsPart, _masked, field.NotSecret))
        {
            return end;
        }

        value.Redacted = true;
        value.TextLength = Encoding.UTF8.GetChars(_masked.Bytes, chars.AsSpan(value.TextStart));
        return value.TextStart + value.TextLength;
    }

    private int Hex(EventField field, ReadOnlySpan<byte> bytes, char[] chars, int start, ref DecodedValue value)
    {
        // Secrets are looked for in the bytes as characters; these lie where the hex digits will.
        var characters = chars.AsSpan(start, bytes.Length);
        Encoding.Latin1.GetChars(bytes, characters);
        var secrets = _secrets.Find(characters, value.IsPart, field.NotSecret);
        var (at, end) = (0, start);
        foreach (var secret in secrets)
        {
            end = Hex(bytes[at..secret.Start], chars, end);
            SecretFinder.Mask.CopyTo(chars.AsSpan(end));
            end += SecretFinder.Mask.Length;
            at = secret.Start + secret.Length;
        }

        end = Hex(bytes[at..], chars, end);
        value.Redacted = !secrets.IsEmpty;
        value.TextLength = end - start;
        return end;
    }

    private static int Hex(ReadOnlySpan<byte> bytes, char[] chars, int start)
    {
        _ = Convert.TryToHexStringLower(bytes, chars.AsSpan(start), out var written);
        return start + written;
    }
}
