using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Parsing;
using TraceAgent.Capture;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Expressions;
using SerilogTemplate = Serilog.Events.MessageTemplate;
using ValueFormat = TraceAgent.Rules.Templates.ValueFormat;

namespace TraceAgent.Events.Shapes;

/// <summary>The shape of the events of one kind of one rule.</summary>
public sealed class KindShape
{
    private readonly EventDistance? _distance;

    /// <param name="kind">The kind of the events.</param>
    /// <param name="rule">The rule whose events they are.</param>
    /// <param name="bound">The rule at their places.</param>
    /// <param name="sites">The sites that they may come from.</param>
    /// <param name="values">The values that they show.</param>
    /// <exception cref="ArgumentException">The plan has not what is to be shown.</exception>
    public KindShape(EventKind kind, Rule rule, BoundRule bound, SiteName[] sites, IReadOnlyList<ShownField> values)
    {
        var template = bound.Messages.First(m => m.Kind == kind).Template;
        Layout = bound.Plan.LayoutOf(kind);
        Sites = sites;
        Fields = FieldsOf(kind, rule, bound.Plan, values);
        ArgumentCount = values.Count(v => v.Value is { IsReturnValue: false, IsOfEvent: false });
        CapturedCount = values.Count(v => !v.Value.IsOfEvent);
        Members =
        [
            .. Fields[CapturedCount..],
            new EventField("args", Nested(Fields[..ArgumentCount], 0), []),
            .. Nested(Fields[ArgumentCount..CapturedCount], 0),
        ];
        Rule = rule.Name.Value;
        RuleJson = JsonText.Quote(Rule);
        Event = kind switch
        {
            EventKind.Entry => "entry",
            EventKind.Return => "return",
            _ => "call",
        };
        HasDuration = kind == EventKind.Call;
        _distance = (bound.Abi as DebugSiteAbi)?.Distance is { } distance
            ? new EventDistance(distance, bound.Plan.FieldsOf(kind), Layout)
            : null;
        ReturnsAtInstructions = bound.Plan.ReturnsAtInstructions;
        OfProcess = [.. ProcessProperty.All.Where(property => template.Shows(property.Name))];
        var message = new BoundMessage(template, this);
        (Message, JsonMessage, Structures) = (message.Text, message.Json, message.Structures);
        Template = WithBareSymbols(new MessageTemplateParser().Parse(template.Text));
        Level = (LogEventLevel)rule.Level;
        Labels = rule.Labels;
        TextCapacity = Fields.Sum(f => f.TextCapacity);
        ListCapacity = Fields.Sum(f => f.ListCapacity);
        var id = EventIdHash.Compute(template.Text).ToString("x8", CultureInfo.InvariantCulture);
        var level = Level == LogEventLevel.Information ? "" : $",\"@l\":\"{Level}\"";
        AfterMessage = Encoding.UTF8.GetBytes($"\",\"@i\":\"{id}\"{level},\"rule\":{RuleJson},\"event\":\"{Event}\",\"pid\":");
        JsonValues = BoundValues.Of(this);
    }

    /// <summary>The template, with each symbol in front of a bracket without its own parameters.</summary>
    private static SerilogTemplate WithBareSymbols(SerilogTemplate template)
    {
        var tokens = template.Tokens.ToArray();
        for (var i = 0; i + 1 < tokens.Length; i++)
        {
            if (tokens[i] is PropertyToken { PropertyName: "symbol", Format: null } symbol
                && tokens[i + 1] is TextToken { Text: ['(', ..] })
            {
                tokens[i] = new PropertyToken("symbol", symbol.ToString(), MessageText.BareSymbol, symbol.Alignment);
            }
        }

        return new SerilogTemplate(template.Text, tokens);
    }

    public string Rule { get; }

    public string RuleJson { get; }

    /// <summary>The name of the kind: <c>entry</c>, <c>return</c> or <c>call</c>.</summary>
    public string Event { get; }

    public RecordLayout Layout { get; }

    /// <summary>The arguments, then the return value, then the captured values that only the message names.</summary>
    public EventField[] Fields { get; }

    /// <summary>The fields as members of a JSON object, in its order.</summary>
    public EventField[] Members { get; }

    /// <summary>The number of fields that are arguments.</summary>
    public int ArgumentCount { get; }

    /// <summary>The number of fields that are arguments or the return value.</summary>
    public int CapturedCount { get; }

    public SiteName[] Sites { get; }

    public bool HasDuration { get; }

    /// <summary>True when the end of a call is seen at an instruction of the function, and not at the caller.</summary>
    public bool ReturnsAtInstructions { get; }

    /// <summary>The process properties that the message names.</summary>
    public ProcessProperty[] OfProcess { get; }

    public BoundText Message { get; }

    /// <summary>The message as the inside of a JSON string.</summary>
    public BoundText JsonMessage { get; }

    /// <summary>The structures that the message names, as texts.</summary>
    public IReadOnlyDictionary<string, BoundText> Structures { get; }

    /// <summary>Values and labels as members of a JSON object, each with a comma before it.</summary>
    public BoundText JsonValues { get; }

    public SerilogTemplate Template { get; }

    public LogEventLevel Level { get; }

    public EquatableArray<KeyValuePair<string, string>> Labels { get; }

    /// <summary>The maximum number of UTF-16 units of all texts of an event.</summary>
    public int TextCapacity { get; }

    /// <summary>The maximum number of numbers of all lists of an event.</summary>
    public int ListCapacity { get; }

    /// <summary>The JSON from the end of the message to the process ID.</summary>
    public byte[] AfterMessage { get; }

    /// <summary>
    /// Bytes from addresses of the file to those of the process that had the event; null when the event does not say.
    /// </summary>
    public ulong? DistanceIn(ReadOnlySpan<byte> record) => _distance?.In(record);

    /// <summary>The fields with an object for each structure, in the place of its first member.</summary>
    private static EventField[] Nested(IEnumerable<EventField> fields, int depth) =>
    [
        .. fields.GroupBy(field => depth < field.Path.Count - 1 ? field.Path[depth] : $"{field.Name} itself").Select(group =>
            depth < group.First().Path.Count - 1
                ? new EventField(group.Key, Nested(group, depth + 1), [.. group.First().Path.Take(depth + 1)])
                : group.First()),
    ];

    private EventField[] FieldsOf(EventKind kind, Rule rule, CapturePlan plan, IReadOnlyList<ShownField> values)
    {
        if (values.Any(v => v.Value.WhyMissing == Outcome.Ok && (uint)v.Value.FieldIndex >= (uint)Layout.Fields.Count))
        {
            throw new ArgumentException($"rule {rule.Name.Value} shows more values than its plan has fields", nameof(values));
        }

        var captured = plan.FieldsOf(kind);
        var entryFields = kind == EventKind.Call ? plan.EntryFields.Count : 0;
        return
        [
            .. values.OrderBy(v => v.Value.IsOfEvent).ThenBy(v => v.Value.IsReturnValue).Select((v, index) =>
                v.Value.WhyMissing == Outcome.Ok
                    ? new EventField(v, index, Layout.Fields[v.Value.FieldIndex], NeedsResult(v.Value.FieldIndex))
                    : new EventField(v, index, null, needsResult: false)),
        ];

        bool NeedsResult(int index) =>
            plan.LeavesByJumps && kind != EventKind.Entry && index >= entryFields && captured[index].NeedsResult();
    }
}
