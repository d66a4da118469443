using System.Globalization;
using System.Text.Json;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Secrets;
using TraceAgent.Events.Tests;

namespace TraceAgent.Fuzz.Targets;

/// <summary>
/// Records of the ring buffer: any bytes give one line of JSON or none, and what the message shows is what the JSON says,
/// formatted. An input is the number of a shape, then the record.
/// </summary>
internal sealed class Records : FuzzTarget
{
    private const int Shapes = 2048;
    private readonly Dictionary<int, RecordShape> _shapes = [];

    public override byte[] Make(Random random)
    {
        var number = random.Next(Shapes);
        var record = random.Next(20) == 0 ? Mutation.Noise(random, 300) : Shape(number).Record(random);
        return [
            .. BitConverter.GetBytes(number), .. record.AsSpan(0, random.Next(50) == 0 ? random.Next(record.Length + 1) : record.Length)];
    }

    public override void Check(byte[] input)
    {
        if (input.Length < sizeof(int))
        {
            return;
        }

        var shape = Shape(BitConverter.ToInt32(input) & (Shapes - 1));
        var record = input[sizeof(int)..];
        if (shape.Sample.Decode(record) is { } decoded)
        {
            AssertAgrees(shape, record, SerilogEventConverter.Of(decoded).RenderMessage(CultureInfo.InvariantCulture));
        }
    }

    private RecordShape Shape(int number)
    {
        if (!_shapes.TryGetValue(number, out var shape))
        {
            _shapes[number] = shape = new RecordShape(new Random(number));
        }

        return shape;
    }

    private static void AssertAgrees(RecordShape shape, byte[] record, string byOthers)
    {
        var line = shape.Sample.Line(record);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        using var document = JsonDocument.Parse(line);
        var json = document.RootElement;
        var message = json.GetProperty("@m").GetString()!;
        Assert.Equal(message, byOthers.Replace('\0', '\ufffd'));

        var texts = message.Split(RecordShape.Separator);
        if (texts.Length != shape.Holes.Count)
        {
            // A value had the separator in it.
            return;
        }

        foreach (var (hole, text) in shape.Holes.Zip(texts))
        {
            var value = hole.Name == "ret" ? json.GetProperty("ret") : json.GetProperty("args").GetProperty(hole.Name);
            Assert.Equal(
                Aligned(Expected(value, Beside(json, "problems", hole.Name), Beside(json, "errno", hole.Name), hole), hole.Width), text);
        }
    }

    private static string? Beside(JsonElement json, string key, string name) =>
        json.TryGetProperty(key, out var all) && all.TryGetProperty(name, out var word) ? word.GetString() : null;

    private static string Aligned(string text, int width) => width < 0 ? text.PadRight(-width) : text.PadLeft(width);

    // The message, from nothing but the JSON, the type and the format.
    private static string Expected(JsonElement value, string? problem, string? errorName, RecordHole hole)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return $"<{problem?.Split(',')[0]}>";
        }

        var text = (value.ValueKind, hole.Type) switch
        {
            (JsonValueKind.Array, CaptureType.Array list) =>
                $"[{string.Join(", ", value.EnumerateArray().Select(element => Element(element, hole with { Type = list.Element })))}]",
            (JsonValueKind.String, _) => value.GetString()!,
            _ => value.GetRawText(),
        };
        if (text != SecretFinder.Mask && hole.Type is not CaptureType.Array)
        {
            text = Formatted(value, text, errorName, hole);
        }

        return problem?.StartsWith("truncated", StringComparison.Ordinal) == true ? text + "…" : text;
    }

    private static string Element(JsonElement value, RecordHole hole) =>
        Expected(value, null, hole.Type is CaptureType.Errno ? ErrorNames.Find(value.GetInt64()) : null, hole);

    private static string Formatted(JsonElement value, string text, string? errorName, RecordHole hole)
    {
        var invariant = CultureInfo.InvariantCulture;
        switch (hole.Type)
        {
            case CaptureType.Integer integer when hole.Format is ['x' or 'X', ..] format:
                return (Bits(text) & (ulong.MaxValue >> (64 - (8 * integer.Size)))).ToString(format, invariant);
            case CaptureType.Integer integer when hole.Format is { } format:
                return integer.Signed ? long.Parse(text, invariant).ToString(format, invariant)
                    : ulong.Parse(text, invariant).ToString(format, invariant);
            case CaptureType.Pointer when hole.Format is { } format:
                return "0x" + ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, invariant).ToString(format, invariant);
            case CaptureType.Duration when hole.Format is { } unit:
                return (ulong.Parse(text, invariant) / Scale(unit)).ToString("0.#########", invariant);
            case CaptureType.Duration:
                var buffer = new LineBuffer();
                DurationText.Append(buffer, ulong.Parse(text, invariant), null);
                return buffer.ToString();
            case CaptureType.Errno when hole.Format is { } format:
                return format[0] is 'x' or 'X'
                    ? ((uint)value.GetInt64()).ToString(format, invariant)
                    : value.GetInt64().ToString(format, invariant);
            case CaptureType.Errno when errorName is not null:
                Assert.Equal(errorName, ErrorNames.Find(value.GetInt64()));
                return $"{errorName} ({ErrorNames.Describe(value.GetInt64())})";
            default:
                return text;
        }
    }

    private static ulong Bits(string number) =>
        number[0] == '-' ? (ulong)long.Parse(number, CultureInfo.InvariantCulture) : ulong.Parse(number, CultureInfo.InvariantCulture);

    private static decimal Scale(string unit) => unit switch
    {
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" => 1_000,
        _ => 1,
    };
}
