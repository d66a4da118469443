using TraceAgent.Capture;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Keys;

/// <summary>The names that the expressions of a rule can use, by when its events happen.</summary>
internal static class RuleScope
{
    private const string EntryHasNoReturn = "there is no return value on entry: use 'on: call' or 'on: return'";
    private const string OnlyCallsLast = "only 'on: call' knows the duration";
    private const string ArgumentsAreGone = "arguments are gone when the function returns: use 'on: call'";

    /// <summary>For computed values and lengths.</summary>
    public static NameScope Of(RuleDraft draft, ProbeTrigger on)
    {
        var entry = on == ProbeTrigger.Return ? ArgumentsAreGone : null;
        var scope = WithArguments(draft, entry);
        AddReturn(scope, draft, on == ProbeTrigger.Entry ? EntryHasNoReturn : null);
        AddDuration(scope, on);
        return scope;
    }

    /// <summary>For the condition: with 'on: both' it decides about two events, and may name only what both have.</summary>
    public static NameScope OfCondition(RuleDraft draft, ProbeTrigger on)
    {
        if (on != ProbeTrigger.Both)
        {
            return Of(draft, on);
        }

        const string notOnReturn = "'when' decides about both events, and the return has no arguments: use 'on: call'";
        var scope = WithArguments(draft, notOnReturn);
        AddReturn(scope, draft, "'when' decides about both events, and the entry has no return value: use 'on: call'");
        AddDuration(scope, on);
        return scope;
    }

    /// <summary>Lets the condition name a computed value, unless only one of the events of 'on: both' has it.</summary>
    public static void AddToCondition(NameScope condition, ScopedValue computed, ProbeTrigger on)
    {
        if (on == ProbeTrigger.Both && (computed.Term.NeedsEntry || computed.Term.NeedsReturn))
        {
            condition.Exclude(computed.Name, $"'when' decides about both events, and only one has '{computed.Name}': use 'on: call'");
        }
        else
        {
            condition.AddComputed(computed.Name, computed.Term, computed.Type);
        }
    }

    private static NameScope WithArguments(RuleDraft draft, string? reason)
    {
        var scope = new NameScope(name => ValueName.ArgumentNumber(name) is not { } number || number > RuleKeys.MaxArguments
            ? null
            : reason ?? (draft.Has("args") || draft.Has("signature") ? "the rule does not have this argument" : $"add 'args: {number}'"));
        foreach (var argument in draft.Arguments ?? [])
        {
            if (reason is null)
            {
                scope.Add(argument.Name, argument.Value, argument.Spec.StaticInRegisters(argument.In));
            }
            else
            {
                scope.Exclude(argument.Name, reason);
            }
        }

        foreach (var argument in draft.Arguments ?? [])
        {
            scope.Alias(argument.Alias, argument.Name);
        }

        return scope;
    }

    private static void AddReturn(NameScope scope, RuleDraft draft, string? reason)
    {
        if (reason is null && !draft.ReturnsNothing)
        {
            var returned = draft.Return ?? TypeSpec.Default;
            scope.Add("ret", new Term.Result(returned.ValueRegister), returned.StaticInRegisters(register => new Term.Result(register)));
        }
        else
        {
            scope.Exclude("ret", reason ?? draft.WhyNoReturn);
        }

        foreach (var result in draft.Results ?? [])
        {
            if (reason is null)
            {
                scope.Add(result.Name, result.Value, result.Spec.StaticInRegisters(result.In));
            }
            else
            {
                scope.Exclude(result.Name, reason);
            }
        }
    }

    private static void AddDuration(NameScope scope, ProbeTrigger on)
    {
        if (on == ProbeTrigger.Call)
        {
            scope.Add("duration", new Term.Special(SpecialValue.Duration), new StaticType.Duration());
        }
        else
        {
            scope.Exclude("duration", OnlyCallsLast);
        }
    }
}
