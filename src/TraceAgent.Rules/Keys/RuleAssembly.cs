using TraceAgent.Capture;
using TraceAgent.Rules.Yaml;

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

        var messages = MessageAssembly.Finish(draft, on, bag);
        return draft is { Name: { } name, Binary: { } binary, Where: { } where }
            ? new Rule(
                name,
                binary,
                where,
                on,
                ArgumentsOf(draft.ArgumentCount ?? 0),
                draft.Return ?? CaptureType.Default,
                messages,
                draft.Level,
                draft.Labels.ToEquatableArray())
            : null;
    }

    /// <summary><c>arg1</c> to <c>argN</c>.</summary>
    public static EquatableArray<Parameter> ArgumentsOf(int count) =>
        Enumerable.Range(0, count).Select(i => new Parameter(i, $"arg{i + 1}", CaptureType.Default)).ToEquatableArray();
}
