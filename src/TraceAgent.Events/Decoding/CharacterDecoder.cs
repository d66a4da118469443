using System.Text;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.Secrets;
using TraceAgent.Events.Shapes;

namespace TraceAgent.Events.Decoding;

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
        if (!MemoryPart.TryRead(record, field, start, ref value, out var bytes))
        {
            return start;
        }

        if (field.Form == FieldForm.Bytes)
        {
            return Hex(field, bytes, chars, start, ref value);
        }

        if (field.Part is { Count: var count } && count > bytes.Length)
        {
            // Unless there is a NUL before.
            value.Outcome = Outcome.Truncated;
        }

        var type = field.Characters;
        var end = type.Decode(bytes, chars, start, ref value);
        return type.IsText(bytes) ? Mask(field, chars, end, ref value) : end;
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
