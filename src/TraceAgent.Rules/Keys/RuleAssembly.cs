using TraceAgent.Capture;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Keys;

/// <summary>Makes a rule of what was read, after the checks that need several keys.</summary>
internal static class RuleAssembly
{
    /// <summary>Null when something needed is missing or wrong, which is reported.</summary>
    public static Rule? Finish(RuleDraft draft, DiagnosticBag bag)
    {
        if (draft.Has("on") && draft.On is null)
        {
            // Everything below depends on it: one error is enough.
            return null;
        }

        var on = draft.On ?? ProbeMoment.Entry;
        if (on == ProbeMoment.Return && draft.Has("args"))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["args"].Key.At,
                "arguments are gone when the function returns",
                "use 'on: call' to log them together with the return value");
        }

        if (on == ProbeMoment.Entry && draft.Has("ret"))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["ret"].Key.At,
                "there is no return value on entry",
                "add 'on: return', 'on: both' or 'on: call'");
        }

        var scope = RuleScope.Of(draft, on);
        var arguments = (draft.Arguments ?? []).Select(a => ArgumentOf(a, scope, on, bag)).ToEquatableArray();
        var returned = draft.Return ?? TypeSpec.Default;
        var returnLength = LengthResolution.Resolve(returned, draft.ReturnSource, scope, on, isReturned: true, bag);
        var messages = MessageAssembly.Finish(draft, on, bag);
        return draft is { Name: { } name, Binary: { } binary, Where: { } where }
            ? new Rule(
                name,
                binary,
                where,
                on,
                arguments,
                returned.Type,
                messages,
                draft.Level,
                draft.Labels.ToEquatableArray())
            {
                ReturnLength = returnLength,
                ReturnsNothing = draft.ReturnsNothing,
            }
            : null;
    }

    private static Parameter ArgumentOf(DraftArgument argument, NameScope scope, ProbeMoment on, DiagnosticBag bag) =>
        new(argument.Index, argument.Name, argument.Spec.Type)
        {
            Length = LengthResolution.Resolve(argument.Spec, argument.Source, scope, on, isReturned: false, bag),
        };
}
