using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Binding.Plans;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Events.Tests;

/// <summary>A rule, its shape, and records such as the kernel writes.</summary>
internal sealed class Sample
{
    public const long Epoch = 1_795_361_253_667_556_412;
    private static readonly SourceSpan Nowhere = new("rules.yaml", 1, 1, 1);
    private readonly EventDecoder _decoder;

    public Sample(
        string format,
        ProbeTrigger on = ProbeTrigger.Call,
        Parameter[]? arguments = null,
        CaptureType? returned = null,
        EventLevel level = EventLevel.Information,
        KeyValuePair<string, string>[]? labels = null,
        params string[] redacted)
    {
        arguments ??= [new(0, "arg1", CaptureType.Default), new(1, "arg2", CaptureType.Default)];
        returned ??= CaptureType.Default;
        Kind = on switch
        {
            ProbeTrigger.Entry => EventKind.Entry,
            ProbeTrigger.Return => EventKind.Return,
            _ => EventKind.Call,
        };
        var template = Template(format);
        Rule = new Rule
        {
            Name = new("add-num", Nowhere),
            Binary = new(new Target.Path("/srv/shop/test"), Nowhere),
            Where = new(new Location.Symbol("AddNum", 0), Nowhere),
            On = on,
            Level = level,
            Labels = (labels ?? []).ToEquatableArray(),
        };
        // As if each stood in memory: then any of them can be missing.
        Plan = new CapturePlan(
            Architecture.X64,
            on,
            on == ProbeTrigger.Return ? [] : arguments.Select(a =>
                a.Type.Capture(new Expr.Load(Architecture.X64.Argument(a.Index), 8, Signed: false))).ToEquatableArray(),
            on == ProbeTrigger.Entry ? [] : [returned.Capture(new Expr.Load(Architecture.X64.ReturnValue, 8, Signed: false))]);
        Layout = Plan.LayoutOf(Kind);
        Bound = new BoundRule(CSiteAbi.X64, Plan, [new EventMessage(Kind, template)], kind => Values(kind, arguments, returned));
        Shape = EventShape.Of(
            Rule, Bound, [SiteName.Of("AddNum", "/srv/shop/test")],
            redacted.Contains);
        _decoder = new EventDecoder(
            new WallClock(() => new ClockSample(0, Epoch, 0)), new ProcessNames(null, _ => new ProcessFacts("/srv/shop/test", 1)),
            new CgroupNames((id, _) => $"/slice/{id}"));
    }

    public Rule Rule { get; }

    // Serilog's own parser: the tests of values do not depend on what rules may write.
    private static TraceAgent.Rules.MessageTemplate Template(string format) => new(
        format,
        new Serilog.Parsing.MessageTemplateParser().Parse(format).Tokens
            .Select(token => token is Serilog.Parsing.PropertyToken hole
                ? (MessageToken)new MessageToken.Hole(hole.PropertyName, hole.Format, AlignmentOf(hole.Alignment))
                : new MessageToken.Literal(((Serilog.Parsing.TextToken)token).Text))
            .ToEquatableArray());

    private static int? AlignmentOf(Serilog.Parsing.Alignment? alignment)
    {
        if (alignment is not { } column)
        {
            return null;
        }

        return column.Direction == Serilog.Parsing.AlignmentDirection.Right ? column.Width : -column.Width;
    }

    private static List<CapturedValue> Values(EventKind kind, Parameter[] arguments, CaptureType returned)
    {
        List<CapturedValue> values = kind == EventKind.Return
            ? []
            : [.. arguments.Select((a, i) => new CapturedValue(a.Name, a.Type, i, IsReturnValue: false))];
        if (kind != EventKind.Entry)
        {
            values.Add(new CapturedValue("ret", returned, values.Count, IsReturnValue: true));
        }

        return values;
    }

    /// <summary>The rule as if it were bound to such places.</summary>
    public BoundRule Bound { get; }

    public CapturePlan Plan { get; }

    public EventKind Kind { get; }

    public RecordLayout Layout { get; }

    public EventShape Shape { get; }

    public EventDecoder Decoder => _decoder;

    /// <summary>A record of this rule: comm "test", process and thread 1234, time 0, duration 1,210 ns.</summary>
    public byte[] Record(params object[] values)
    {
        var record = new byte[Layout.Size];
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(RecordLayout.KindOffset), (ushort)Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(RecordLayout.PidTidOffset), (1234UL << 32) | 1234);
        "test"u8.CopyTo(record.AsSpan(RecordLayout.CommOffset));
        if (Kind == EventKind.Call)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(RecordLayout.DurationOffset), 1210);
        }

        for (var i = 0; i < values.Length; i++)
        {
            Put(record, Layout.Fields[i], values[i]);
        }

        return record;
    }

    public TracedEvent? Decode(ReadOnlySpan<byte> record) => _decoder.Decode(record, Shape);

    /// <summary>The line of a record, as the bytes of a file.</summary>
    public string Line(byte[] record, LineFormatter? formatter = null) => LineOf(Decode(record)!, formatter);

    public static string LineOf(StreamEvent streamEvent, LineFormatter? formatter = null)
    {
        var stream = new MemoryStream();
        using (var writer = new StreamWriter(stream, new UTF8Encoding(false)))
        {
            formatter ??= new ClefFormatter();
            formatter.Append(streamEvent);
            formatter.Format(LineFormatter.Envelope, writer);
            formatter.Lines.Clear();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public JsonElement Json(byte[] record) => JsonDocument.Parse(Line(record)).RootElement;

    public string Message(byte[] record) => Json(record).GetProperty("@m").GetString()!;

    private static void Put(byte[] record, FieldSlot slot, object value)
    {
        var at = record.AsSpan(slot.Offset);
        switch (value)
        {
            case Outcome outcome:
                record[slot.OutcomeOffset!.Value] = (byte)outcome;
                break;
            case byte[] text:
                var unit = slot.Storage is Storage.Bytes bytes ? bytes.Unit : 1;
                BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)(text.Length / unit));
                BinaryPrimitives.WriteUInt16LittleEndian(at[Storage.HeadCut..], (ushort)text.Length);
                text.CopyTo(at[Storage.HeadSize..]);
                break;
            case (byte[] text, Outcome outcome):
                Put(record, slot, text);
                record[slot.OutcomeOffset!.Value] = (byte)outcome;
                break;
            case string text:
                Put(record, slot, Encoding.UTF8.GetBytes(text));
                break;
            case ulong number:
                BinaryPrimitives.WriteUInt64LittleEndian(at, number);
                break;
            default:
                BinaryPrimitives.WriteInt64LittleEndian(at, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }
}
