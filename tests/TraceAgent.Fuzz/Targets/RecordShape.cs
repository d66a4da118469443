using System.Text;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Tests;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding.Captures;

namespace TraceAgent.Fuzz.Targets;

/// <summary>A place of a message.</summary>
internal sealed record RecordHole(string Name, CaptureType Type, string? Format, int Width)
{
    public override string ToString() => $"{{{Name}{(Width == 0 ? "" : $",{Width}")}{(Format is null ? "" : $":{Format}")}}}";
}

/// <summary>A rule with values of random types, the message of which shows them all, and records for it.</summary>
internal sealed class RecordShape
{
    public const char Separator = '\u0001';

    private static readonly CaptureType[] Types =
    [
        .. from size in (int[])[1, 2, 4, 8] from signed in (bool[])[true, false] select (CaptureType)new CaptureType.Integer(size, signed),
        new CaptureType.Pointer(), new CaptureType.Bool(), new CaptureType.Char(), new CaptureType.Errno(), new CaptureType.Duration(),
        new CaptureType.IPv4(), new CaptureType.IPv6(), new CaptureType.SocketAddress(), new CaptureType.Cgroup(),
        new CaptureType.Enumeration(1, [new(0, "zero"), new(1, "\"one\"\n")]),
        new CaptureType.Text(1), new CaptureType.Text(40), new CaptureType.Bytes(1), new CaptureType.Bytes(33),
        new CaptureType.Float(4), new CaptureType.Float(8), new CaptureType.Utf16(1), new CaptureType.Utf16(30),
        new CaptureType.Utf32(1), new CaptureType.Utf32(30), new CaptureType.CountedText(1), new CaptureType.CountedText(9, 2),
        new CaptureType.CountedText(9, 4), .. TextLayout.All.Select(layout => new CaptureType.TextObject(layout, 40)),
        .. from element in new CaptureType.Scalar[]
        {
            new CaptureType.Integer(1, Signed: true), new CaptureType.Integer(2, Signed: false), new CaptureType.Integer(4, Signed: true),
            new CaptureType.Integer(8, Signed: false),
            new CaptureType.Float(4), new CaptureType.Float(8), new CaptureType.Pointer(), new CaptureType.Bool(),
            new CaptureType.Errno(), new CaptureType.IPv4(), new CaptureType.Duration(), new CaptureType.Enumeration(4, [new(0, "zero")]),
        }
        from max in (int[])[1, 9]
        select (CaptureType)new CaptureType.Array(element, max),
    ];

    public RecordShape(Random random)
    {
        var arguments = Enumerable.Range(0, random.Next(1, 7))
            .Select(i => new Parameter(Math.Min(i, 5), $"v{i}", random.Pick(Types))).ToArray();
        var returned = random.Pick(Types);
        string[] redacted = random.Next(4) == 0 ? [random.Pick(arguments).Name] : [];
        var trigger = random.Pick([ProbeTrigger.Entry, ProbeTrigger.Call, ProbeTrigger.Return]);
        Holes =
        [
            .. trigger == ProbeTrigger.Return ? [] : arguments.Select(argument => Hole(random, argument.Name, argument.Type)),
            .. trigger == ProbeTrigger.Entry ? (RecordHole[])[] : [Hole(random, "ret", returned)],
        ];
        Sample = new Sample(string.Join(Separator, Holes), trigger, arguments, returned, redacted: redacted);
    }

    public Sample Sample { get; }

    public IReadOnlyList<RecordHole> Holes { get; }

    /// <summary>A record with a good header and anything after it, often such as a kernel could write.</summary>
    public byte[] Record(Random random)
    {
        var record = new byte[Sample.Layout.Size];
        random.NextBytes(record);
        Sample.Record().AsSpan(0, RecordLayout.CommOffset).CopyTo(record);
        foreach (var slot in Sample.Layout.Fields)
        {
            record[slot.OutcomeOffset!.Value] = (byte)(random.Next(3) > 0 ? 0 : random.Next(6));
            if (slot.Storage is Storage.Scalar && random.Next(2) == 0)
            {
                BitConverter.TryWriteBytes(record.AsSpan(slot.Offset), (long)random.Next(-200, 200));
            }
            else if (slot.Storage is not Storage.Scalar && random.Next(4) > 0)
            {
                BitConverter.TryWriteBytes(record.AsSpan(slot.Offset), (uint)random.Next(slot.Storage.Size));
                var text = Encoding.UTF8.GetBytes(Mutation.Words(random, Secrets.Pieces, 16));
                var body = record.AsSpan(slot.Offset + 8, slot.Storage.Size - 8);
                text.AsSpan(0, Math.Min(text.Length, body.Length)).CopyTo(body);
            }
        }

        return record;
    }

    private static RecordHole Hole(Random random, string name, CaptureType type)
    {
        string[] formats = (type is CaptureType.Array array ? array.Element : type) switch
        {
            CaptureType.Integer or CaptureType.Errno => ["x", "X8", "d", "D5", "n", "N0", "x16"],
            CaptureType.Pointer => ["x", "X"],
            CaptureType.Duration => ["s", "ms", "us", "ns"],
            _ => [],
        };
        var format = formats.Length > 0 && random.Next(2) == 0 ? random.Pick(formats) : null;
        return new RecordHole(name, type, format, random.Next(3) == 0 ? random.Next(-30, 31) : 0);
    }
}
