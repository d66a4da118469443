using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Templates;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding.Messages;

/// <summary>Binds the messages of a rule: its own templates, or those that say what was captured.</summary>
/// <param name="syntax">The rule's texts.</param>
/// <param name="on">The moment at which events happen.</param>
/// <param name="captures">The computed values without errors.</param>
/// <param name="returned">The values that the return value is shown by.</param>
/// <param name="bag">Receives the diagnostics.</param>
internal sealed class MessageBinder(
    RuleSyntax syntax,
    ProbeTrigger on,
    EquatableArray<ComputedValue> captures,
    EquatableArray<ComputedValue> returned,
    DiagnosticBag bag)
{
    public EquatableArray<EventMessage> Bind() =>
        syntax.Messages.Select(message => new EventMessage(message.Kind, TemplateOf(message))).ToEquatableArray();

    private MessageTemplate TemplateOf(WrittenMessage message)
    {
        var kind = message.Kind;

        // Wrong arguments are reported; that their names are unknown would say it again.
        var arguments = syntax.HasWrongArguments
            ? [.. WrittenArgument.Numbered(Architecture.MaxArguments, default)]
            : syntax.Arguments;
        List<NamedValue> values = kind == EventKind.Return
            ? []
            : [.. arguments.Select(a => new NamedValue(a.Name, a.Spec.Type) { Alias = a.Alias })];
        values.AddRange(captures.Where(capture => HasCapture(capture, kind)).Select(Named));

        // Those with errors have been reported.
        values.AddRange(syntax.Captures.Select(written => written.Name).Concat(syntax.RejectedCaptures)
            .Where(name => captures.Concat(returned).All(
                capture => capture.Name != name && (capture.Path.Count == 0 || capture.Path[0] != name)))
            .Select(name => new NamedValue(name, CaptureType.Default)));
        List<NamedValue> results = kind == EventKind.Entry ? [] : [.. returned.Select(Named)];
        var names = EventNames.Of(kind, values, results, syntax.IsAtLine);

        // The line end that a block scalar keeps is not part of the message.
        return MessageTemplateParser.Parse(
            message.Text is null ? Default(kind, values, results, syntax.IsAtLine) : message.Text.Value.TrimEnd('\n'),
            names,
            name => Explain(name, kind, arguments.Count),
            problem => bag.Error(
                problem.Code, message.Text!.SpanOf(problem.Start, problem.Length), problem.Message, problem.Hint));
    }

    /// <summary>True when the computed value is known at this event: of 'on: both', each event has what is known then.</summary>
    private bool HasCapture(ComputedValue capture, EventKind kind) =>
        on != ProbeTrigger.Both || (kind == EventKind.Entry ? !capture.NeedsReturn : !capture.NeedsEntry);

    private static string Default(EventKind kind, List<NamedValue> values, List<NamedValue> results, bool isLine)
    {
        if (isLine)
        {
            return values.Count == 0 ? "{source} in {function}" : $"{{source}} {List(values)}";
        }

        var result = results.Count > 0 ? "{symbol} = {ret}" : "{symbol} returned";
        var call = values.Count == 0
            ? $"{{symbol:{ValueFormat.CallFormat}}}"
            : $"{{symbol}}({List(values)})";
        return kind switch
        {
            EventKind.Entry => call,
            EventKind.Return => values.Count == 0 ? result : $"{result}, {List(values)}",
            _ => results.Count > 0 ? $"{call} = {{ret}} in {{duration}}" : $"{call} in {{duration}}",
        };
    }

    private static NamedValue Named(ComputedValue value) => new(value.Name, value.Type) { Path = value.Path };

    private static string List(List<NamedValue> values) =>
        string.Join(", ", values.Select(value => value.Whole).Distinct().Select(name => $"{name}={{{name}}}"));

    /// <summary>The reason why a name that exists elsewhere does not exist on this event; null for other names.</summary>
    private string? Explain(string name, EventKind kind, int count) => name switch
    {
        "duration" => "only 'on: call' knows the duration",
        "ret" when syntax.ReturnsNothing => syntax.WhyNoReturn,
        "ret" when on == ProbeTrigger.Both => "the entry event has no return value: write format: {entry: …, return: …}",
        "ret" => "there is no return value on entry: use 'on: call' or 'on: return'",
        ValueName.Errno when kind == EventKind.Entry => "errno is known on return: write format: {entry: …, return: …}",
        _ when ValueName.ArgumentNumber(name) is not { } number || number > Architecture.MaxArguments => null,
        _ when on == ProbeTrigger.Both && kind == EventKind.Return =>
            "the return event has no arguments: write format: {entry: …, return: …}, or use 'on: call'",
        _ when kind == EventKind.Return => "arguments are gone when the function returns: use 'on: call'",
        _ when syntax.HasSignature => $"the signature has {count}",
        _ when syntax.ListedArguments is { } listed => ValueName.ArgumentNumber(name) <= listed
            ? $"'args' skips this argument: write a name instead of {WrittenArgument.Skip}"
            : $"'args' lists {listed}",
        _ when count == 0 => $"add 'args: {name.AsSpan(3)}'",
        _ => $"the rule captures {count}: set 'args: {name.AsSpan(3)}'",
    };
}
