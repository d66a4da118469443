using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Templates;
using TraceAgent.Rules.Tokens;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding;

/// <summary>
/// Reports what is wrong in expressions whatever debug information says: parts that name no variable, member or type of the program.
/// </summary>
internal sealed class CertainErrors
{
    private readonly RuleSyntax _syntax;
    private readonly ProbeTrigger _on;
    private readonly DiagnosticBag _bag;
    private readonly RuleScope _scopes;
    private readonly ValueBinder _values;

    private CertainErrors(RuleSyntax syntax, ProbeTrigger on, Redaction redaction, DiagnosticBag bag)
    {
        (_syntax, _on, _bag) = (syntax, on, bag);
        _scopes = new RuleScope(syntax, on, PlaceScope.Of(new DebugSiteAbi(CSiteAbi.X64) { IsLine = syntax.IsAtLine }));
        _values = new ValueBinder(on, redaction, new LengthBinder(on, redaction, bag), bag);
    }

    /// <summary>Reports the errors of a rule whose variables only debug information knows.</summary>
    public static void Report(RuleSyntax syntax, ProbeTrigger on, Redaction redaction, DiagnosticBag bag) =>
        new CertainErrors(syntax, on, redaction, bag).Report();

    /// <summary>
    /// True for what is wrong in a message wherever the rule is bound: its form, and a return value or duration that its event has not.
    /// </summary>
    public static bool IsOfMessage(RuleSyntax syntax, Diagnostic problem) => problem.Code == DiagnosticCode.TemplateSyntax
        || (problem.Code == DiagnosticCode.UnknownName && syntax.Messages.Any(message =>
            message.Text is { } text && TemplatePath.NamesIn(text.Value)
                .Any(hole => hole.Text is "ret" or "duration" && text.SpanOf(hole.Start, hole.Text.Length) == problem.At)));

    private void Report()
    {
        foreach (var capture in _syntax.Captures)
        {
            if (capture is { Expression.Tree: { } tree, Spec: null or { Length: null } } && IsFixed(tree, isCondition: false))
            {
                _values.Capture(capture, _scopes.OfValues());
            }
            else if (_syntax.Missing != MissingRule.Mark)
            {
                // One that is computed from a variable without a value is marked, and not bound.
                ReportParts(capture.Expression, _scopes.OfValues(), isCondition: false);
            }
        }

        if (_syntax.When is { Tree: { } condition } && IsFixed(condition, isCondition: true))
        {
            _values.Condition(_syntax.When, _scopes.OfCondition());
        }
        else if (_syntax.When is { } when)
        {
            ReportParts(when, _scopes.OfCondition(), isCondition: true);
        }
    }

    private void ReportParts(WrittenExpression written, NameScope scope, bool isCondition)
    {
        foreach (var part in written.Tree is { } tree ? FixedParts(tree, isCondition) : [])
        {
            ExpressionBinder.Bind(part, scope, problem => _bag.Error(written.Text, problem), out _);
        }
    }

    /// <summary>The largest parts that mean the same in every program.</summary>
    private IEnumerable<Syntax> FixedParts(Syntax syntax, bool isCondition) => IsFixed(syntax, isCondition)
        ? [syntax]
        : PartsOf(syntax).SelectMany(part => FixedParts(part, isCondition));

    private bool IsFixed(Syntax syntax, bool isCondition) => syntax switch
    {
        Syntax.Name name => IsFixed(name.Value, isCondition),
        Syntax.Member => false,
        Syntax.Cast { To.ProgramName: not null } => false,
        _ => PartsOf(syntax).All(part => IsFixed(part, isCondition)),
    };

    /// <summary>True for a name that no variable can have: variables of these names get others.</summary>
    private bool IsFixed(string name, bool isCondition) => name switch
    {
        "duration" => true,
        "ret" => _on == ProbeTrigger.Entry || (_on == ProbeTrigger.Both && isCondition),
        _ => PlaceScope.IsCommon(name),
    };

    /// <summary>The parts that are bound by themselves. A name before a dot may be a package of Go, and is none.</summary>
    private static IEnumerable<Syntax> PartsOf(Syntax syntax) => syntax switch
    {
        Syntax.Unary unary => [unary.Operand],
        Syntax.Binary binary => [binary.Left, binary.Right],
        Syntax.Cast cast => [cast.Operand],
        Syntax.Index index => [index.Base, index.Position],
        Syntax.Member { Base: not Syntax.Name } member => [member.Base],
        _ => [],
    };
}
