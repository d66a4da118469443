using TraceAgent.Capture;
using TraceAgent.Rules.Templates;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys;

/// <summary>The messages of a rule: its own templates, or those that say what was captured.</summary>
internal static class MessageAssembly
{
    public static EquatableArray<EventMessage> Finish(
        RuleDraft draft, ProbeTrigger on, IReadOnlyList<ComputedValue> captures, DiagnosticBag bag)
    {
        var kinds = KindsOf(on);
        foreach (var entry in draft.Formats?.Present.Values ?? [])
        {
            if (!kinds.Any(k => FormatKeys.NameOf(k) == entry.Key.Value))
            {
                bag.Error(
                    DiagnosticCode.KeyConflict,
                    entry.Key.At,
                    $"this rule has no {entry.Key.Value} events: it logs on {on.ToString().ToLowerInvariant()}",
                    $"its events: {Quoted.List(kinds.Select(FormatKeys.NameOf))}");
            }
        }

        return kinds.Select(kind => new EventMessage(kind, TemplateOf(draft, on, kind, captures, bag))).ToEquatableArray();
    }

    private static EquatableArray<EventKind> KindsOf(ProbeTrigger on) => on switch
    {
        ProbeTrigger.Entry => [EventKind.Entry],
        ProbeTrigger.Return => [EventKind.Return],
        ProbeTrigger.Both => [EventKind.Entry, EventKind.Return],
        _ => [EventKind.Call],
    };

    private static MessageTemplate TemplateOf(
        RuleDraft draft, ProbeTrigger on, EventKind kind, IReadOnlyList<ComputedValue> captures, DiagnosticBag bag)
    {
        var own = draft.Formats is { } formats ? formats.Texts.GetValueOrDefault(kind) : draft.Format;

        // Wrong arguments are reported; that their names are unknown would say it again.
        var arguments = draft.Arguments ?? (draft.Has("args") ? ArgumentsValue.Numbered(RuleKeys.MaxArguments) : []);
        var count = arguments.Count;
        List<NamedValue> values = kind == EventKind.Return
            ? []
            : [.. arguments.Select(a => new NamedValue(a.Name, a.Spec.Type) { Alias = a.Alias })];
        values.AddRange(captures.Where(c => HasCapture(c, on, kind)).Select(c => new NamedValue(c.Name, c.Type)));

        // Those with errors have been reported. A name that none may have is no name in a message either.
        values.AddRange(draft.Captures.Where(c => captures.All(k => k.Name != c.Key.Value) && ValueName.Allows(c.Key.Value))
            .Select(c => new NamedValue(c.Key.Value, CaptureType.Default)));
        var returned = kind == EventKind.Entry || draft.ReturnsNothing ? null : (draft.Return ?? TypeSpec.Default).Type;
        var names = EventNames.Of(kind, values, returned);

        // The line end that a block scalar keeps is not part of the message.
        return MessageTemplateParser.Parse(
            own is null ? Default(kind, values, returned is not null) : own.Value.TrimEnd('\n'),
            names,
            name => Explain(name, on, kind, count, draft),
            problem => bag.Error(problem.Code, own!.SpanOf(problem.Start, problem.Length), problem.Message, problem.Hint));
    }

    /// <summary>Of the two events of 'on: both', each has what is known then.</summary>
    private static bool HasCapture(ComputedValue capture, ProbeTrigger on, EventKind kind) =>
        on != ProbeTrigger.Both || (kind == EventKind.Entry ? !capture.NeedsReturn : !capture.NeedsEntry);

    private static string Default(EventKind kind, List<NamedValue> values, bool hasReturn)
    {
        var call = values.Count == 0
            ? $"{{symbol:{ValueFormat.CallFormat}}}"
            : $"{{symbol}}({string.Join(", ", values.Select(a => $"{a.Name}={{{a.Name}}}"))})";
        return kind switch
        {
            EventKind.Entry => call,
            EventKind.Return =>
                (hasReturn ? "{symbol} = {ret}" : "{symbol} returned") + string.Concat(values.Select(v => $", {v.Name}={{{v.Name}}}")),
            _ => hasReturn ? $"{call} = {{ret}} in {{duration}}" : $"{call} in {{duration}}",
        };
    }

    /// <summary>Why a name that exists elsewhere does not exist on this event.</summary>
    private static string? Explain(string name, ProbeTrigger on, EventKind kind, int count, RuleDraft draft) => name switch
    {
        "duration" => "only 'on: call' knows the duration",
        "ret" when draft.ReturnsNothing => draft.WhyNoReturn,
        "ret" when on == ProbeTrigger.Both => "the entry event has no return value: write format: {entry: …, return: …}",
        "ret" => "there is no return value on entry: use 'on: call' or 'on: return'",
        _ when ValueName.ArgumentNumber(name) is not { } number || number > RuleKeys.MaxArguments => null,
        _ when on == ProbeTrigger.Both
            && kind == EventKind.Return => "the return event has no arguments: write format: {entry: …, return: …}, or use 'on: call'",
        _ when kind == EventKind.Return => "arguments are gone when the function returns: use 'on: call'",
        _ when draft.Has("signature") => $"the signature has {count}",
        _ when draft.Has("args") && draft.Present["args"].Value is YamlSequence list => ValueName.ArgumentNumber(name) <= list.Items.Count
            ? $"'args' skips this argument: write a name instead of {ArgumentsValue.Skip}"
            : $"'args' lists {list.Items.Count}",
        _ when count == 0 => $"add 'args: {name.AsSpan(3)}'",
        _ => $"the rule captures {count}: set 'args: {name.AsSpan(3)}'",
    };
}
