using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Keys.Lines;
using TraceAgent.Rules.Templates;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys;

/// <summary>Puts together the values, condition and messages that were read, and parses the expressions.</summary>
internal static class SyntaxAssembly
{
    /// <summary>The texts of the rule; what is wrong in them is reported, and left out.</summary>
    public static RuleSyntax Of(RuleDraft draft, ProbeTrigger on, DiagnosticBag bag)
    {
        var names = (draft.Arguments ?? []).SelectMany(argument => new[] { argument.Name, argument.Alias })
            .Concat(draft.Has("line") ? ValueName.OfLine : []).ToHashSet();
        draft.Results = draft.Results?.Where(result => ValueName.Take(result.Name, result.Written.At, names, bag)).ToList();
        draft.ReturnsNothing = draft.Results is not null || draft.ReturnIsVoid || (draft.ReturnsNothing && !draft.Has("ret"));

        // A name in brackets is a value's where there is one, and else a type that something is cast to.
        var values = new HashSet<string>(names) { "ret", "duration" };
        var captures = new List<WrittenCapture>();
        foreach (var (key, capture) in draft.Captures)
        {
            if (ValueName.Take(key.Value, key.At, names, bag))
            {
                captures.Add(new WrittenCapture(key.Value, Parse(capture.Expression, values, bag), capture.Spec, capture.TypeSource)
                {
                    IsAtReturn = capture.AtReturn is not null,
                });
                values.Add(key.Value);
            }
        }

        if (draft.NamesVariables)
        {
            captures.AddRange(PathsOf(draft, captures, names, bag));
        }

        if (!names.Contains(ValueName.Errno) && ErrnoOf(draft, names, bag) is { } errno)
        {
            captures.Add(errno);
        }

        CheckReadAtReturn(draft, on, bag);
        values.UnionWith(draft.Captures.Select(capture => capture.Key.Value));
        return new RuleSyntax
        {
            Arguments = (draft.Arguments ?? []).ToEquatableArray(),
            HasWrongArguments = draft.Arguments is null && draft.Has("args"),
            ListedArguments = draft.Has("args") && draft.Present["args"].Value is YamlSequence list ? list.Items.Count : null,
            NamesVariables = draft.NamesVariables,
            IsAtLine = draft.Has("line"),
            Captured = draft.Groups.Aggregate(
                draft.HasAutomaticArguments ? VariableGroups.Arguments : VariableGroups.None, (all, group) => all | group.Value),
            Missing = draft.Missing,
            Limits = draft.Limits,
            DeclaresArguments = draft.Has("args") || draft.Has("signature"),
            HasSignature = draft.Has("signature"),
            NamesResults = draft.Results is not null,
            Results = (draft.Results ?? []).ToEquatableArray(),
            Return = draft.Return ?? TypeSpec.Default,
            ReturnSource = draft.ReturnSource,
            ReturnsNothing = draft.ReturnsNothing,
            Captures = captures.ToEquatableArray(),
            RejectedCaptures = draft.Captures.Select(capture => capture.Key.Value)
                .Where(name => ValueName.Allows(name) && captures.TrueForAll(capture => capture.Name != name)).ToEquatableArray(),
            When = draft.When is { } when ? Parse(when, values, bag) : null,
            Messages = MessagesOf(draft, on, bag),
        };
    }

    /// <summary>The values that messages name by a path, each once.</summary>
    private static List<WrittenCapture> PathsOf(RuleDraft draft, List<WrittenCapture> captures, HashSet<string> names, DiagnosticBag bag)
    {
        var found = new List<WrittenCapture>();
        foreach (var message in MessagesOf(draft))
        {
            // Parameters are captured anyway; at a line, a name alone in a message asks for a variable.
            foreach (var path in TemplatePath.In(message.Value).Where(path =>
                !path.IsName || (draft.Has("line") && !names.Contains(path.Name) && !ValueName.Taken.Contains(path.Name))))
            {
                // As far from the start as in the message, so that positions are those of the message.
                var expression = Parse(message, new string(' ', path.Start) + path.Text, names, bag);
                var same = captures.Concat(found).FirstOrDefault(capture => capture.Name == path.Name);
                if (same is null && ValueName.Take(path.Name, message.SpanOf(path.Start, path.Text.Length), names, bag))
                {
                    found.Add(new WrittenCapture(path.Name, expression, null, null));
                }
                else if (same is not null && same.Expression != expression)
                {
                    bag.Error(
                        DiagnosticCode.DuplicateValue, message.SpanOf(path.Start, path.Text.Length),
                        $"'{Quoted.Clip(path.Text)}' is logged as '{path.Name}', which is another value of the rule",
                        "capture it under a name, and write that");
                }
            }
        }

        return found;
    }

    /// <summary>The thread's error number, which a message names and the rule does not capture; null when none does.</summary>
    private static WrittenCapture? ErrnoOf(RuleDraft draft, HashSet<string> names, DiagnosticBag bag)
    {
        foreach (var message in MessagesOf(draft))
        {
            foreach (var hole in TemplatePath.NamesIn(message.Value).Where(hole => hole.Text == ValueName.Errno))
            {
                // As far from the start as in the message, so that positions are those of the message.
                var expression = Parse(message, new string(' ', hole.Start) + hole.Text, names, bag);
                return new WrittenCapture(ValueName.Errno, expression, null, null);
            }
        }

        return null;
    }

    private static IEnumerable<YamlScalar> MessagesOf(RuleDraft draft)
    {
        IEnumerable<YamlScalar?> messages = draft.Formats is { } formats ? formats.Texts.Values : [draft.Format];
        return messages.OfType<YamlScalar>();
    }

    /// <summary>Reports values that are to be read at a return that the rule does not see, or not together with their arguments.</summary>
    private static void CheckReadAtReturn(RuleDraft draft, ProbeTrigger on, DiagnosticBag bag)
    {
        var captures = on == ProbeTrigger.Entry ? draft.Captures.Select(capture => capture.Capture.AtReturn) : [];
        var arguments = on is ProbeTrigger.Entry or ProbeTrigger.Both ? (draft.Arguments ?? []).Select(argument => argument.AtReturn) : [];
        foreach (var at in arguments.Concat(captures).OfType<SourceSpan>())
        {
            bag.Error(
                DiagnosticCode.KeyConflict, at,
                on == ProbeTrigger.Entry ? "a rule on entry does not see the return" : "the return event has no arguments",
                "use 'on: call'");
        }

        foreach (var argument in draft.Arguments ?? [])
        {
            if (argument is { AtReturn: { } at, Spec.Type: { LiesAtAddress: false } type })
            {
                bag.Error(
                    DiagnosticCode.KeyConflict, at, $"'{argument.Name}' is the argument itself ({type.Notation}), which is gone by then",
                    $"capture what is at its address: capture: {{name: {{value: '*(int*){argument.Name}', at: return}}}}");
            }
        }
    }

    private static WrittenExpression Parse(YamlScalar text, HashSet<string> values, DiagnosticBag bag) =>
        Parse(text, text.Value, values, bag);

    private static WrittenExpression Parse(YamlScalar text, string expression, HashSet<string> values, DiagnosticBag bag) => new(
        text, ExpressionParser.Parse(expression, name => IsValue(name, values), problem => bag.Error(text, problem)));

    private static bool IsValue(string name, HashSet<string> values) => values.Contains(name) || PlaceScope.IsCommon(name)
        || ValueName.ArgumentNumber(name) is <= Architecture.MaxArguments;

    private static EquatableArray<WrittenMessage> MessagesOf(RuleDraft draft, ProbeTrigger on, DiagnosticBag bag)
    {
        EventKind[] kinds = on switch
        {
            ProbeTrigger.Entry => [EventKind.Entry],
            ProbeTrigger.Return => [EventKind.Return],
            ProbeTrigger.Both => [EventKind.Entry, EventKind.Return],
            _ => [EventKind.Call],
        };
        foreach (var entry in draft.Formats?.Present.Values ?? [])
        {
            if (!kinds.Any(kind => FormatKeys.NameOf(kind) == entry.Key.Value))
            {
                bag.Error(
                    DiagnosticCode.KeyConflict,
                    entry.Key.At,
                    $"this rule has no {entry.Key.Value} events: it logs on {on.ToString().ToLowerInvariant()}",
                    $"its events: {Quoted.List(kinds.Select(FormatKeys.NameOf))}");
            }
        }

        return kinds.Select(kind => MessageOf(
            kind, draft.Formats is { } formats ? formats.Texts.GetValueOrDefault(kind) : draft.Format)).ToEquatableArray();
    }

    private static WrittenMessage MessageOf(EventKind kind, YamlScalar? text) => new(kind, text)
    {
        Names = [.. TemplatePath.NamesIn(text?.Value ?? "").Select(hole => hole.Text).Distinct()],
    };
}
