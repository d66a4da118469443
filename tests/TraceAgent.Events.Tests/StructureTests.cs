using System.Buffers.Binary;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Binding.Plans;

namespace TraceAgent.Events.Tests;

/// <summary>Values in the memory of a structure: { int id; unsigned low : 3; int high : 5; char tag[4]; double rate; } items[1].</summary>
public class StructureTests
{
    private const int Size = 24;

    private static readonly CapturedValue[] Values =
    [
        Of("id", new CaptureType.Integer(4, Signed: true), new ValuePart(0, 4)),
        Of("low", new CaptureType.Integer(4, Signed: false), new ValuePart(4, 1) { Bits = 3 }),
        Of("high", new CaptureType.Integer(4, Signed: true), new ValuePart(4, 1) { Bits = 5, Shift = 3 }),
        Of("tag", new CaptureType.Text(4), new ValuePart(5, 4) { Count = 4 }),
        Of("codes", new CaptureType.Array(new CaptureType.Integer(1, Signed: false), 2), new ValuePart(5, 2) { Count = 4 }),
        Of("rate", new CaptureType.Float(8), new ValuePart(16, 8)),
    ];

    private readonly CapturePlan _plan = new(
        Architecture.X64, ProbeTrigger.Entry, [new CaptureType.Bytes(Size).Capture(new Expr.Register(5))], []);

    [Fact]
    public void Members_are_found_in_the_memory_that_was_copied() => AssertLine(
        Size, Outcome.Ok,
        """{"id":-7,"low":5,"high":-3,"tag":"gold","codes":[103,111],"rate":0.5}""",
        """{id=-7, low=5, high=-3, tag=gold, codes=[103, 111]…, rate=0.5}""",
        """{"items.0.codes":"truncated"}""");

    [Fact]
    public void What_could_not_be_read_is_missing_and_the_rest_is_there() => AssertLine(
        12, Outcome.Cut,
        """{"id":-7,"low":5,"high":-3,"tag":"gold","codes":[103,111],"rate":null}""",
        """{id=-7, low=5, high=-3, tag=gold, codes=[103, 111]…, rate=<fault>}""",
        """{"items.0.codes":"truncated","items.0.rate":"fault"}""");

    [Fact]
    public void Of_no_structure_every_member_is_missing() => AssertLine(
        0, Outcome.Null,
        """{"id":null,"low":null,"high":null,"tag":null,"codes":null,"rate":null}""",
        """{id=<null>, low=<null>, high=<null>, tag=<null>, codes=<null>, rate=<null>}""",
        """{"items.0.id":"null","items.0.low":"null","items.0.high":"null","items.0.tag":"null","items.0.""" +
        """codes":"null","items.0.rate":"null"}""");

    [Fact]
    public void A_redacted_member_is_hidden_in_the_object_and_in_the_message()
    {
        var line = LineOf(Record(Size, Outcome.Ok), "tag");

        Assert.Contains("\"tag\":\"***\"", line, StringComparison.Ordinal);
        Assert.Contains("tag=***", line, StringComparison.Ordinal);
        Assert.DoesNotContain("gold", line, StringComparison.Ordinal);
    }

    private void AssertLine(int there, Outcome outcome, string json, string message, string problems)
    {
        var line = LineOf(Record(there, outcome));

        Assert.Contains($"\"@m\":\"[{message}]\"", line, StringComparison.Ordinal);
        Assert.Contains($"\"args\":{{\"items\":[{json}]}}", line, StringComparison.Ordinal);
        Assert.Contains($"\"problems\":{problems}", line, StringComparison.Ordinal);
    }

    private static CapturedValue Of(string name, CaptureType type, ValuePart part) => new($"items_0_{name}", type, 0, IsReturnValue: false)
    {
        Path = ["items", ValuePath.Element(0), name],
        Part = part,
    };

    private byte[] Record(int there, Outcome outcome)
    {
        var layout = _plan.LayoutOf(EventKind.Entry);
        var record = new byte[layout.Size];
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(RecordLayout.KindOffset), (ushort)EventKind.Entry);
        var at = record.AsSpan(layout.Fields[0].Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(at, Size);
        BinaryPrimitives.WriteUInt16LittleEndian(at[Storage.HeadCut..], (ushort)there);
        at[Storage.HeadOutcome] = (byte)outcome;
        var memory = at[Storage.HeadSize..];
        BinaryPrimitives.WriteInt32LittleEndian(memory, -7);
        memory[4] = 5 | (0b11101 << 3);
        "gold"u8.CopyTo(memory[5..]);
        BinaryPrimitives.WriteDoubleLittleEndian(memory[16..], 0.5);
        return record;
    }

    private string LineOf(byte[] record, params string[] redacted)
    {
        var rule = new Sample("{items}").Rule;
        var template = new MessageTemplate("{items}", [new MessageToken.Hole("items", null, null)]);
        var bound = new BoundRule(CSiteAbi.X64, _plan, [new EventMessage(EventKind.Entry, template)], _ => Values);
        var shape = EventShape.Of(rule, bound, [SiteName.Of("f", "/b")], redacted.Contains);
        var decoder = new EventDecoder(
            new WallClock(() => new ClockSample(0, 0, 0)), new ProcessNames(null, _ => new ProcessFacts("/b", 1)),
            new CgroupNames((_, _) => "/"));
        return Sample.LineOf(decoder.Decode(record, shape)!);
    }
}
