using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Binding.Messages;
using TraceAgent.Rules.Binding.Plans;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding;

/// <summary>Binds the texts of a rule at places of one kind.</summary>
/// <param name="syntax">The texts.</param>
/// <param name="on">The moment at which events happen.</param>
/// <param name="redaction">The names that must not be shown, nor revealed by what is shown.</param>
/// <param name="place">The scope of the places.</param>
/// <param name="bag">Receives the diagnostics.</param>
internal sealed class RuleBinder(RuleSyntax syntax, ProbeTrigger on, Redaction redaction, PlaceScope place, DiagnosticBag bag)
{
    private readonly LengthBinder _lengths = new(on, redaction, bag);
    private static readonly Syntax NoSource = new Syntax.Name("", 0, 0);
    private static readonly Term Nowhere = new Term.Placed(new Expr.Constant(0));

    private readonly RuleSyntax _syntax = place is DebugScope debug && syntax.NamesVariables ? debug.Complete(syntax) : syntax;

    /// <summary>Binds everything; what cannot be bound is reported.</summary>
    public RuleTerms Bind()
    {
        var scopes = new RuleScope(_syntax, on, place);
        var scope = scopes.OfValues();
        var arguments = _syntax.Arguments.Select(argument => ArgumentOf(argument, scope)).ToEquatableArray();
        var returned = Returned(scope).ToEquatableArray();
        var results = _syntax.Results.Select(result => ResultOf(result, scope)).ToList();
        var values = new ValueBinder(on, redaction, _lengths, bag) { IsMarked = _syntax.Missing == MissingRule.Mark };
        var captures = _syntax.Captures.Select(capture => values.Capture(capture, scope)).OfType<ComputedValue>().ToList();
        var condition = scopes.OfCondition();
        foreach (var capture in captures)
        {
            if (scope.Find(capture.Name) is { } value)
            {
                scopes.AddToCondition(condition, value);
            }
            else
            {
                condition.Exclude(capture.Name, "what it is computed from cannot be had here");
            }
        }

        foreach (var capture in _syntax.Captures)
        {
            condition.Exclude(capture.Name, "its own expression has an error");
        }

        var captured = Variables().Concat(results).Concat(captures.SelectMany(Members)).ToList();
        var all = captured.Concat(NamedInMessages(captured))
            .DistinctBy(value => (value.Name, value.Path, value.WhyMissing == Outcome.Ok ? value.Value : null))
            .Where(value => !returned.Any(one => (one.Name, one.Value) == (value.Name, value.Value))).ToEquatableArray();
        return new RuleTerms
        {
            Arguments = arguments,
            Returned = returned,
            Captures = all,
            When = _syntax.When is { } when ? values.Condition(when, condition) : null,
            Messages = new MessageBinder(_syntax, on, all, returned, bag).Bind(),
        };
    }

    private Parameter ArgumentOf(WrittenArgument argument, NameScope scope)
    {
        var index = argument.Register + argument.Spec.ValueRegister;
        return new Parameter(index, argument.Name, argument.IsUntyped ? place.Argument(index).Type : argument.Spec.InRegisters)
        {
            IsUntyped = argument.IsUntyped,
            IsAtReturn = argument.AtReturn is not null,
            Length = argument.Spec.FollowingLength(argument.In)
                ?? _lengths.Resolve(argument.Name, argument.Spec, argument.Source, scope, isReturned: false),
        };
    }

    private IEnumerable<ComputedValue> Returned(NameScope scope)
    {
        if (_syntax.ReturnsNothing)
        {
            return [];
        }

        if (_syntax.NamesVariables && (place as DebugScope)?.ResultFor(_syntax, on) is { } result)
        {
            return ValuesOf(result);
        }

        var returned = _syntax.Return;
        return
        [
            new ComputedValue("ret", returned.InRegisters, new Term.Result(returned.ValueRegister))
            {
                Length = returned.FollowingLength(register => new Term.Result(register))
                    ?? _lengths.Resolve("ret", returned, _syntax.ReturnSource, scope, isReturned: true),
            },
        ];
    }

    /// <summary>The variables that are captured although the rule does not name them.</summary>
    private IEnumerable<ComputedValue> Variables() =>
        on != ProbeTrigger.Return && place is DebugScope debug
        ? debug.Variables.Where(variable =>
            _syntax.Captured.HasFlag(variable.IsLocal ? VariableGroups.Locals : VariableGroups.Arguments)).SelectMany(ValuesOf)
        : [];

    /// <summary>The variables that are not of one call and that only messages name.</summary>
    private IEnumerable<ComputedValue> NamedInMessages(List<ComputedValue> captured) =>
        _syntax.NamesVariables && place is DebugScope debug
            ? debug.Statics.Where(variable => variable.Value is not null && IsShown(variable.Name)
                && !captured.Exists(value => value.Name == variable.Name)).SelectMany(ValuesOf)
            : [];

    private bool IsShown(string name) => _syntax.Messages.Any(message => message.Names.Contains(name));

    private IReadOnlyList<ComputedValue> ValuesOf(DebugValue parameter) =>
        parameter.Value is { } value && StructureValues.IsStructure(parameter.Type)
            ? StructureValues.Of(parameter.Name, new Bound(value, parameter.Type, NoSource), _syntax.Limits)
            : [new ComputedValue(parameter.Name, parameter.Type.Capture, parameter.Value ?? Nowhere) { WhyMissing = parameter.WhyMissing }];

    private IReadOnlyList<ComputedValue> Members(ComputedValue capture) =>
        capture.Structure is { } structure ? StructureValues.Of(capture.Name, structure, _syntax.Limits) : [capture];

    private ComputedValue ResultOf(WrittenArgument result, NameScope scope) =>
        new(result.Name, result.Spec.InRegisters, result.Value)
        {
            Length = result.Spec.FollowingLength(result.In)
                ?? _lengths.Resolve(result.Name, result.Spec, result.Source, scope, isReturned: true),
        };
}
