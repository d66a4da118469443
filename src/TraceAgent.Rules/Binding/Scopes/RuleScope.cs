using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>The names that the expressions of a rule can use, by the moment at which its events happen.</summary>
/// <param name="syntax">The names of values.</param>
/// <param name="on">The moment at which events happen.</param>
/// <param name="place">The scope of the places.</param>
internal sealed class RuleScope(RuleSyntax syntax, ProbeTrigger on, PlaceScope place)
{
    private const string EntryHasNoReturn = "there is no return value on entry: use 'on: call' or 'on: return'";
    private const string OnlyCallsLast = "only 'on: call' knows the duration";
    private const string ErrnoIsOfReturn = "the function sets errno before it returns: use 'on: call' or 'on: return'";
    private const string ArgumentsAreGone = "arguments are gone when the function returns: use 'on: call'";

    /// <summary>The names for computed values and lengths.</summary>
    public NameScope OfValues()
    {
        var scope = WithArguments(on == ProbeTrigger.Return ? ArgumentsAreGone : null);
        AddReturn(scope, on == ProbeTrigger.Entry ? EntryHasNoReturn : null);
        AddErrno(scope, on == ProbeTrigger.Entry ? ErrnoIsOfReturn : null);
        AddDuration(scope);
        Count(scope);
        return scope;
    }

    /// <summary>The names for the condition: with 'on: both' it decides about two events, and may name only what both have.</summary>
    public NameScope OfCondition()
    {
        if (on != ProbeTrigger.Both)
        {
            return OfValues();
        }

        const string notOnReturn = "'when' decides about both events, and the return has no arguments: use 'on: call'";
        var scope = WithArguments(notOnReturn);
        AddReturn(scope, "'when' decides about both events, and the entry has no return value: use 'on: call'");
        AddErrno(scope, "'when' decides about both events, and errno is known on return only: use 'on: call'");
        AddDuration(scope);
        Count(scope);
        return scope;
    }

    /// <summary>Lets the condition name a computed value, unless only one of the events of 'on: both' has it.</summary>
    public void AddToCondition(NameScope condition, ScopedValue computed)
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

    private NameScope WithArguments(string? reason)
    {
        var scope = new NameScope(place, name => ValueName.ArgumentNumber(name) is not { } number || number > Architecture.MaxArguments
            ? null
            : reason ?? (syntax.DeclaresArguments ? "the rule does not have this argument" : $"add 'args: {number}'"));
        foreach (var argument in syntax.Arguments)
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

        foreach (var argument in syntax.Arguments)
        {
            scope.Alias(argument.Alias, argument.Name);
        }

        if (syntax.NamesVariables && place is DebugScope debug)
        {
            AddVariables(scope, debug, reason);
            AddStatics(scope, debug);
        }

        return scope;
    }

    private static void AddVariables(NameScope scope, DebugScope debug, string? reason)
    {
        var number = 0;
        foreach (var variable in debug.Variables)
        {
            number += variable.IsLocal ? 0 : 1;
            if (reason is not null)
            {
                scope.Exclude(variable.Name, reason);
                continue;
            }

            Add(scope, variable);
            if (!variable.IsLocal)
            {
                scope.Alias($"arg{number}", variable.Name);
            }
        }
    }

    private static void AddStatics(NameScope scope, DebugScope debug)
    {
        foreach (var variable in debug.Statics)
        {
            if (variable.Value is { } value)
            {
                scope.AddOtherwise(variable.Name, value, variable.Type);
            }
            else
            {
                scope.Exclude(variable.Name, debug.WhyNoStatic(variable.Name) ?? ReasonOf(variable));
            }
        }
    }

    private static string ReasonOf(DebugValue variable) => variable.WhyMissing switch
    {
        Outcome.OptimisedOut => "the compiler kept it nowhere (optimised_out)",
        Outcome.NotLive when variable.Lives.Length > 0 => $"its value can be had on {variable.Lives} and not here (not_live)",
        Outcome.NotLive => "nothing shows where it is here (not_live)",
        Outcome.VectorRegister => "it is in a register for floating point numbers, which a probe does not see (vector_register)",
        Outcome.Partial => "only a part of it is kept (partial)",
        _ => "what it is, or where, takes more than a probe can do (not_supported)",
    };

    private void AddReturn(NameScope scope, string? reason)
    {
        var result = syntax.NamesVariables ? (place as DebugScope)?.ResultFor(syntax, on) : null;
        if (reason is null && result is not null)
        {
            Add(scope, result);
        }
        else if (reason is null && !syntax.ReturnsNothing)
        {
            var returned = syntax.Return;
            scope.Add("ret", new Term.Result(returned.ValueRegister), returned.StaticInRegisters(register => new Term.Result(register)));
        }
        else
        {
            scope.Exclude("ret", reason ?? syntax.WhyNoReturn);
        }

        foreach (var named in syntax.Results)
        {
            if (reason is null)
            {
                scope.Add(named.Name, named.Value, named.Spec.StaticInRegisters(named.In));
            }
            else
            {
                scope.Exclude(named.Name, reason);
            }
        }
    }

    private static void Add(NameScope scope, DebugValue known)
    {
        if (known.Value is { } value)
        {
            scope.AddComputed(known.Name, value, known.Type);
        }
        else if (known.LeadsTo is { } led)
        {
            scope.AddComputed(known.Name, new Term.Number(0), led);
        }
        else
        {
            scope.Miss(known.Name, known.WhyMissing, ReasonOf(known));
        }
    }

    /// <summary>Gives texts their lengths, which may be values that come after them.</summary>
    private void Count(NameScope scope)
    {
        var ofArguments = syntax.Arguments.Concat(syntax.Results).Select(argument => (argument.Name, argument.Spec));
        foreach (var (name, spec) in ofArguments.Append(("ret", syntax.Return)))
        {
            if (spec is { Length: { } length, Type: CaptureType.CountedText text } && scope.Find(length.Name) is { } count
                && count.AsCount() is { } units)
            {
                scope.Retype(name, new StaticType.CountedText(units, text.Unit));
            }
        }
    }

    private static void AddErrno(NameScope scope, string? reason)
    {
        if (reason is null)
        {
            scope.AddOtherwise(ValueName.Errno, new Term.Errno(), new StaticType.Integer(sizeof(int), Signed: true) { IsErrno = true });
        }
        else
        {
            scope.Exclude(ValueName.Errno, reason);
        }
    }

    private void AddDuration(NameScope scope)
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
