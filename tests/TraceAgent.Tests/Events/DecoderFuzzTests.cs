using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using TraceAgent.Capture;
using TraceAgent.Events;
using TraceAgent.Rules;

namespace TraceAgent.Tests.Events;

public class DecoderFuzzTests
{
    private static readonly CaptureType[] Types =
    [
        .. from size in (int[])[1, 2, 4, 8] from signed in (bool[])[true, false] select (CaptureType)new CaptureType.Integer(size, signed),
        new CaptureType.Pointer(), new CaptureType.Bool(), new CaptureType.Char(), new CaptureType.Errno(), new CaptureType.Duration(),
        new CaptureType.IPv4(), new CaptureType.IPv6(), new CaptureType.SocketAddress(),
        new CaptureType.Enumeration(1, [new(0, "zero"), new(1, "\"one\"\n")]),
        new CaptureType.Text(1), new CaptureType.Text(40), new CaptureType.Bytes(new Expr.Constant(1), 1), new CaptureType.Bytes(new Expr.Constant(33), 33),
        new CaptureType.Float(4), new CaptureType.Float(8), new CaptureType.Utf16(1), new CaptureType.Utf16(30),
        new CaptureType.CountedText(new Expr.Constant(3), 1), new CaptureType.TextObject(32, 40),
        .. from element in new CaptureType[]
        {
            new CaptureType.Integer(1, Signed: true), new CaptureType.Integer(2, Signed: false), new CaptureType.Integer(4, Signed: true),
            new CaptureType.Integer(8, Signed: false), new CaptureType.Float(4), new CaptureType.Float(8), new CaptureType.Pointer(), new CaptureType.Bool(),
            new CaptureType.Errno(), new CaptureType.IPv4(), new CaptureType.Duration(), new CaptureType.Enumeration(4, [new(0, "zero")]),
        }
        from max in (int[])[1, 9]
        select (CaptureType)new CaptureType.Array(element, new Expr.Constant(max), max),
    ];

    // What secrets are made of, so that random texts have some.
    private static readonly string[] Pieces =
    [
        "password", "token", "SECRET", "api_key", "Bearer", "basic", "cookie", "authorization", "=", ": ", " ", "%20", "%3d", "\"", "\\\"", "'", "\\", "&", "\n",
        "4111 1111 1111 1111", "4111", "-", "378282246310005", "s", "_", "é", "x", "***",
    ];

    [Fact]
    public void Any_record_of_any_shape_gives_a_line_of_JSON_that_agrees_with_its_message()
    {
        var random = new Random(4);
        for (var shapes = 0; shapes < 500; shapes++)
        {
            var sample = RandomShape(random);
            for (var records = 0; records < 100; records++)
            {
                AssertAgrees(sample, RandomRecord(random, sample));
            }
        }
    }

    [Fact]
    public void A_record_of_any_length_and_any_bytes_never_throws() =>
        (from seed in Gen.Int select seed).Sample(
            seed =>
            {
                var random = new Random(seed);
                var sample = RandomShape(random);
                var record = new byte[random.Next(2 * sample.Layout.Size)];
                random.NextBytes(record);
                _ = sample.Decode(record);
            },
            iter: 5_000);

    [Fact]
    public void Hiding_secrets_never_throws_and_what_is_found_is_in_order() =>
        Gen.Select(Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 60], Gen.Bool).Sample(
            (pieces, isCut) =>
            {
                var text = string.Concat(pieces);
                var at = 0;
                foreach (var span in new SecretFinder().Find(text, isCut))
                {
                    Assert.True(span.Start >= at && span.Length > 0 && span.Start + span.Length <= text.Length, text);
                    at = span.Start + span.Length;
                }
            },
            iter: 20_000);

    private static Sample RandomShape(Random random)
    {
        var types = Enumerable.Range(0, random.Next(1, 7)).Select(_ => Types[random.Next(Types.Length)]).ToArray();
        var arguments = types.Select((t, i) => new Parameter(Math.Min(i, 5), $"v{i}", t)).ToArray();
        string[] redacted = random.Next(4) == 0 ? [$"v{random.Next(types.Length)}"] : [];
        ProbeMoment[] moments = [ProbeMoment.Entry, ProbeMoment.Call, ProbeMoment.Return];
        var moment = moments[random.Next(3)];
        var holes = moment == ProbeMoment.Return ? "" : string.Join('\u0001', arguments.Select(a => $"{{{a.Name}}}"));
        return new Sample(
            holes + (moment == ProbeMoment.Entry ? "" : "\u0001{ret}"), moment, arguments, Types[random.Next(Types.Length)], redacted: redacted);
    }

    private static byte[] RandomRecord(Random random, Sample sample)
    {
        var header = sample.Record();
        var record = new byte[sample.Layout.Size];
        random.NextBytes(record);
        header.AsSpan(0, RecordLayout.CommOffset).CopyTo(record);
        foreach (var slot in sample.Layout.Fields)
        {
            record[slot.OutcomeOffset] = (byte)(random.Next(3) > 0 ? 0 : random.Next(6));
            if (slot.Storage is Storage.Scalar && random.Next(2) == 0)
            {
                BitConverter.TryWriteBytes(record.AsSpan(slot.Offset), (long)random.Next(-200, 200));
            }
            else if (slot.Storage is not Storage.Scalar && random.Next(4) > 0)
            {
                BitConverter.TryWriteBytes(record.AsSpan(slot.Offset), (uint)random.Next(slot.Storage.Size));
                var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 8).Select(_ => Pieces[random.Next(Pieces.Length)])));
                var body = record.AsSpan(slot.Offset + 8, slot.Storage.Size - 8);
                text.AsSpan(0, Math.Min(text.Length, body.Length)).CopyTo(body);
            }
        }

        return record;
    }

    private static void AssertAgrees(Sample sample, byte[] record)
    {
        var line = sample.Line(record);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        using var document = JsonDocument.Parse(line);
        var json = document.RootElement;
        var message = json.GetProperty("@m").GetString()!;
        var flat = FlatEvent.Of(sample.Decode(record)!);
        Assert.Equal(message, flat.RenderMessage(CultureInfo.InvariantCulture).Replace('\0', '\ufffd'));

        var names = sample.Shape.Find((uint)sample.Kind)!.Fields.Select(f => f.Name).ToArray();
        var texts = message.Split('\u0001');
        if (sample.Kind == EventKind.Return)
        {
            texts = texts[1..];
        }

        if (texts.Length != names.Length)
        {
            // A value had the mark in it.
            return;
        }

        for (var i = 0; i < names.Length; i++)
        {
            var value = names[i] == "ret" ? json.GetProperty("ret") : json.GetProperty("args").GetProperty(names[i]);
            var problem = json.TryGetProperty("problems", out var problems) && problems.TryGetProperty(names[i], out var word) ? word.GetString() : null;
            var type = names[i] == "ret" ? sample.Rule.Return : sample.Rule.Arguments[i].Type;
            var name = json.TryGetProperty("errno", out var errors) && errors.TryGetProperty(names[i], out word) ? word.GetString() : null;
            Assert.Equal(Expected(value, problem, type, name), texts[i]);
        }
    }

    private static string? NameOf(JsonElement number, CaptureType type) => type is CaptureType.Errno ? ErrorNames.Find(number.GetInt64()) : null;

    // The message, from nothing but the JSON and the type.
    private static string Expected(JsonElement value, string? problem, CaptureType type, string? errorName)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return $"<{problem}>";
        }

        var text = type is CaptureType.Array array && value.ValueKind == JsonValueKind.Array
            ? $"[{string.Join(", ", value.EnumerateArray().Select(v => Expected(v, null, array.Element, NameOf(v, array.Element))))}]"
            : value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (type is CaptureType.Duration && text != SecretFinder.Mask)
        {
            var buffer = new LineBuffer();
            DurationText.Append(buffer, ulong.Parse(text, CultureInfo.InvariantCulture), null);
            text = new string(buffer.Text);
        }
        else if (errorName is not null)
        {
            Assert.Equal(errorName, ErrorNames.Find(value.GetInt64()));
            text = $"{errorName} ({ErrorNames.Describe(value.GetInt64())})";
        }

        return problem?.StartsWith("truncated", StringComparison.Ordinal) == true ? text + "…" : text;
    }
}
