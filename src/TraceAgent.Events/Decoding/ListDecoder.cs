using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.Secrets;
using TraceAgent.Events.Shapes;

namespace TraceAgent.Events.Decoding;

/// <summary>Decodes lists of scalars into their event's numbers. One thread only.</summary>
internal sealed class ListDecoder
{
    private readonly SecretFinder _secrets = new();
    private char[] _characters = [];

    /// <summary>Decodes one field of a record and returns where its numbers end.</summary>
    public int Decode(ReadOnlySpan<byte> record, EventField field, ulong[] numbers, int start, ref DecodedValue value)
    {
        if (!MemoryPart.TryRead(record, field, start, ref value, out var bytes))
        {
            return start;
        }

        var element = field.Members[0];
        var (type, width) = (element.Scalar, element.Scalar.Width);
        value.TextLength = bytes.Length / width;
        if (field.Part is { Count: var count } && count > value.TextLength)
        {
            value.Outcome = Outcome.Truncated;
        }

        if (width == 1 && HasSecret(bytes, value.IsPart, field.NotSecret))
        {
            value.Redacted = true;
            value.TextLength = 0;
        }

        for (var i = 0; i < value.TextLength; i++)
        {
            numbers[start + i] = element.Normalise(type.Read(bytes.Slice(i * width, width)));
        }

        return start + value.TextLength;
    }

    // A rule may read a text as a list of numbers, so its bytes are checked for secrets, too.
    private bool HasSecret(ReadOnlySpan<byte> bytes, bool isPart, EquatableArray<string> notSecret)
    {
        if (_characters.Length < bytes.Length)
        {
            _characters = new char[bytes.Length];
        }

        Encoding.Latin1.GetChars(bytes, _characters);
        return !_secrets.Find(_characters.AsSpan(0, bytes.Length), isPart, notSecret).IsEmpty;
    }
}
