using TraceAgent.Capture;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

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

        // Something wrong with one of them is reported; the names of the other are still good.
        draft.Arguments ??= draft.SignatureArguments;
        draft.Return ??= draft.SignatureReturn;
        var names = (draft.Arguments ?? []).SelectMany(a => new[] { a.Name, a.Alias }).ToHashSet();
        draft.Results = draft.Results?.Where(result => ValueName.Take(result.Name, result.At, names, bag)).ToList();
        draft.ReturnsNothing = draft.Results is not null || (draft.ReturnsNothing && !draft.Has("ret"));
        var scope = RuleScope.Of(draft, on);
        var notSecret = RedactValue.NotSecret(draft);
        var redact = RedactValue.WithAliases(draft, notSecret);
        RedactValue.WarnOfUnknown(draft, bag);
        RedactValue.WarnOfNeedless(draft, bag);
        var redaction = new Redaction(redact, notSecret);
        var lengths = new LengthResolution(on, redaction, bag);
        var arguments = (draft.Arguments ?? []).Select(a => ArgumentOf(a, scope, lengths)).ToEquatableArray();
        var returned = draft.Return ?? TypeSpec.Default;
        var returnLength = returned.LengthBehind(register => new Term.Result(register))
            ?? lengths.Resolve("ret", returned, draft.ReturnSource, scope, isReturned: true);
        var expressions = new ExpressionValue(on, redaction, lengths, bag);
        var condition = RuleScope.OfCondition(draft, on);
        var results = (draft.Results ?? []).Select(result => ResultOf(result, scope, lengths)).ToList();
        List<ComputedValue> captures = [.. results, .. Captures(draft, names, expressions, scope, bag)];
        foreach (var capture in captures.Skip(results.Count))
        {
            RuleScope.AddToCondition(condition, scope.Find(capture.Name)!, on);
        }

        foreach (var (key, _) in draft.Captures)
        {
            condition.Exclude(key.Value, "its own expression has an error");
        }

        var when = draft.When is { } text ? expressions.Condition(text, condition) : null;
        var messages = MessageAssembly.Finish(draft, on, captures, bag);
        return draft is { Name: { } name, Binary: { } binary, Where: { } where }
            ? new Rule(
                name,
                binary,
                where,
                on,
                arguments,
                returned.InRegisters,
                messages,
                draft.Level,
                draft.Labels.ToEquatableArray())
            {
                MaxSites = draft.MaxSites,
                ReturnLength = returnLength,
                ReturnRegister = returned.ValueRegister,
                ReturnsNothing = draft.ReturnsNothing,
                Form = draft.Form,
                Captures = captures.ToEquatableArray(),
                Filter = draft.Filter,
                When = when,
                SampleEvery = draft.SampleEvery,
                LimitPerSecond = draft.LimitPerSecond,
                Ttl = draft.Ttl,
                BudgetPercent = draft.BudgetPercent,
                Redact = redact,
                NotSecret = notSecret,
                ReturnsAtInstructions = draft.ReturnsAtInstructions,
                ReadsPlainly = draft.ReadsPlainly,
                Output = draft.Output,
                AllowsUnsafe = draft.AllowsUnsafe,
            }
            : null;
    }

    /// <summary>The place alone of a rule with errors; null when that, too, is wrong.</summary>
    public static Rule? PlaceOf(RuleDraft draft) => draft is { Binary: { } binary, Where: { } where }
        ? new Rule(
            draft.Name ?? new Located<string>("", where.At),
            binary, where, ProbeTrigger.Entry, [], CaptureType.Default, [], draft.Level, [])
        {
            MaxSites = draft.MaxSites,
            AllowsUnsafe = draft.AllowsUnsafe,
            Output = draft.Output,
        }
        : null;

    private static List<ComputedValue> Captures(
        RuleDraft draft, HashSet<string> used, ExpressionValue expressions, NameScope scope, DiagnosticBag bag)
    {
        var captures = new List<ComputedValue>();
        foreach (var (key, capture) in draft.Captures)
        {
            if (ValueName.Take(key.Value, key.At, used, bag) && expressions.Capture(capture, scope) is { } value)
            {
                captures.Add(value);
            }
        }

        return captures;
    }

    private static Parameter ArgumentOf(DraftArgument argument, NameScope scope, LengthResolution lengths) =>
        new(argument.Register + argument.Spec.ValueRegister, argument.Name, argument.Spec.InRegisters)
        {
            IsUntyped = argument.IsUntyped,
            Length = argument.Spec.LengthBehind(argument.In)
                ?? lengths.Resolve(argument.Name, argument.Spec, argument.Source, scope, isReturned: false),
        };

    private static ComputedValue ResultOf(DraftArgument result, NameScope scope, LengthResolution lengths) =>
        new(result.Name, result.Spec.InRegisters, result.Value)
        {
            Length = result.Spec.LengthBehind(result.In)
                ?? lengths.Resolve(result.Name, result.Spec, result.Source, scope, isReturned: true),
        };
}
