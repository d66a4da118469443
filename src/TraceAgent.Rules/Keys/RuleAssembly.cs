using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Keys.Captures;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys;

/// <summary>Makes a rule of what was read, after the checks that need several keys.</summary>
internal static class RuleAssembly
{
    /// <summary>Makes the rule; null when something needed is missing or wrong, which is reported.</summary>
    public static Rule? Finish(RuleDraft draft, DiagnosticBag bag)
    {
        if (draft.Has("on") && draft.On is null)
        {
            // Everything below depends on it: one error is enough.
            return null;
        }

        var on = draft.On ?? ProbeTrigger.Entry;
        if (on == ProbeTrigger.Return && draft.Has("args"))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["args"].Key.At,
                "arguments are gone when the function returns",
                "use 'on: call' to log them together with the return value");
        }

        if (on == ProbeTrigger.Entry && draft.Has("ret"))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["ret"].Key.At,
                "there is no return value on entry",
                draft.Has("usdt") ? "a USDT probe has arguments only" : "add 'on: return', 'on: both' or 'on: call'");
        }

        if (on == ProbeTrigger.Entry && draft.Has("return_at"))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["return_at"].Key.At,
                "there is no return on entry",
                "add 'on: return', 'on: both' or 'on: call'");
        }

        if (!draft.ReturnsAtInstructions && !draft.AllowsUnsafe)
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["return_at"].Key.At,
                "'return_at: caller' changes return addresses in every process that runs the binary, which crashes or hangs some programs",
                "leave 'return_at' out, or add 'unsafe: true' if you know these programs");
        }

        if (draft.Has("max_sites") && draft.Has("offset") && !draft.Has("symbol") && !draft.Has("usdt"))
        {
            bag.Error(DiagnosticCode.KeyConflict,
                draft.Present["max_sites"].Key.At, "an address is one place: 'max_sites' means nothing beside 'offset'");
        }

        if (draft.Has("usdt") && on != ProbeTrigger.Entry)
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["on"].Key.At,
                "a USDT probe is a place in a function: it has no return",
                "remove 'on', or follow the function itself with 'symbol'");
        }

        if (draft.Has("args") && draft.Has("signature"))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["args"].Key.At,
                "'args' and 'signature' exclude each other",
                "the signature names the arguments already");
        }

        foreach (var key in draft.HasAutomaticArguments ? [] : ((string[])["depth", "max_bytes"]).Where(draft.Has))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present[key].Key.At,
                $"'{key}' is about structures, which only debug information knows",
                "add 'args: auto'");
        }

        if (draft.HasAutomaticArguments && draft.Has("usdt"))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                draft.Present["args"].Value.At,
                "'args: auto' reads the parameters of a function",
                "a USDT probe has arguments by number: args: 2");
        }

        LineAssembly.Check(draft, on, bag);

        // Something wrong with one of them is reported; the names of the other are still good.
        draft.Arguments ??= draft.SignatureArguments;
        draft.Return ??= draft.SignatureReturn;
        var syntax = SyntaxAssembly.Of(draft, on, bag);
        var notSecret = RedactValue.NotSecret(draft);
        var redact = RedactValue.WithAliases(draft, notSecret);
        RedactValue.WarnOfUnknown(draft, bag);
        RedactValue.WarnOfNeedless(draft, bag);

        // Where the rule will be bound is not known yet. Names mean the same at places of C, Go and USDT: errors are reported now.
        var found = new DiagnosticBag();
        _ = new RuleBinder(syntax, on, new Redaction(redact, notSecret), PlaceScope.Of(CSiteAbi.X64), found).Bind();
        foreach (var problem in found.InOrder().Where(problem => !syntax.NamesVariables || CertainErrors.IsOfMessage(syntax, problem)))
        {
            bag.Add(problem);
        }

        if (syntax.NamesVariables)
        {
            CertainErrors.Report(syntax, on, new Redaction(redact, notSecret), bag);
        }

        return PlaceOf(draft) is { } place && draft.Name is { } name
            ? place with
            {
                Name = name,
                On = on,
                Syntax = syntax,
                Labels = draft.Labels.ToEquatableArray(),
                Form = draft.Form,
                Filter = draft.Filter,
                SampleEvery = draft.SampleEvery,
                LimitPerSecond = draft.LimitPerSecond,
                Ttl = draft.Ttl,
                BudgetPercent = draft.BudgetPercent,
                Redact = redact,
                NotSecret = notSecret,
                ReturnsAtInstructions = draft.ReturnsAtInstructions,
                ReadsPlainly = draft.ReadsPlainly,
            }
            : null;
    }

    /// <summary>The place alone of a rule with errors; null when that, too, is wrong.</summary>
    public static Rule? PlaceOf(RuleDraft draft) => draft is { Binary: { } binary, Where: { } where }
        ? new Rule
        {
            Name = draft.Name ?? new Located<string>("", where.At),
            Binary = binary,
            Where = LineAssembly.WithKeys(where, draft),
            Level = draft.Level,
            MaxSites = draft.MaxSites,
            AllowsUnsafe = draft.AllowsUnsafe,
            Output = draft.Output,
        }
        : null;
}
