using TraceAgent.Capture;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys;

/// <summary>Expressions of a rule to terms: its computed values and its condition.</summary>
internal sealed class ExpressionValue(ProbeTrigger on, Redaction redaction, LengthResolution lengths, DiagnosticBag bag)
{
    /// <summary>Null when something is wrong, which is reported. The value is known to <paramref name="scope"/> from here on.</summary>
    public ComputedValue? Capture(DraftCapture draft, NameScope scope)
    {
        if (Bind(draft.Expression, scope, used => Reveals(draft, used)) is not { } value)
        {
            scope.Exclude(draft.Name, "its own expression has an error");
            return null;
        }

        value = ExpressionBinder.AsNumber(value);
        var problem = value.Type switch
        {
            StaticType.ThreadName => "every event has 'comm' already",
            StaticType.Quotation => "a constant text is a label: labels: {name: text}",
            _ when draft.Spec is { } spec && spec.Type.LiesAtAddress
                && value.Type is not (StaticType.Pointer or StaticType.Integer or StaticType.TextObject or StaticType.CountedText) =>
                $"{value.Type.Noun} is no address, where the value would lie",
            _ when on != ProbeTrigger.Call && value.Term.NeedsEntry && value.Term.NeedsReturn =>
                "only 'on: call' knows arguments and return value together",
            _ => null,
        };
        if (problem is not null)
        {
            bag.Error(DiagnosticCode.TypeMismatch, draft.Expression.SpanOf(0, draft.Expression.Value.Length), problem);
            return null;
        }

        // A text of Go or Rust knows by itself that its address and its length are there; other types of several words do not.
        var isObject = draft.Spec is { Registers: > 1, Type: not CaptureType.TextObject } or { ValueRegister: > 0 };
        Term InMemory(int word) => new Term.Load(
            word == 0 ? value.Term : new Term.Binary(BinaryOperator.Add, value.Term, new Term.Number(8 * word)),
            8,
            Signed: word == draft.Spec!.LengthRegister);
        var term = draft.Spec switch
        {
            not null when isObject => InMemory(draft.Spec.ValueRegister),
            { Static: StaticType.Bool } when value.Type is not StaticType.Bool =>
                new Term.Binary(BinaryOperator.NotEqual, value.Term, new Term.Number(0)),
            _ => value.Term,
        };
        var type = draft.Spec?.Type ?? value.Capture ?? value.Type.Capture;
        var isReturned = on == ProbeTrigger.Return || value.Term.NeedsReturn;
        var length = draft.Spec switch
        {
            null => (value.Type as StaticType.CountedText)?.Bytes,
            _ when isObject => draft.Spec.LengthBehind(InMemory),
            _ => lengths.Resolve(draft.Name, draft.Spec, draft.TypeSource, scope, isReturned),
        };
        scope.AddComputed(draft.Name, term, draft.Spec?.Static is StaticType.Pointer
            or StaticType.TextObject or StaticType.Duration ? draft.Spec.Static : value.Type);
        return new ComputedValue(draft.Name, type, term) { Length = length };
    }

    /// <summary>Null when something is wrong, which is reported.</summary>
    public Term? Condition(YamlScalar text, NameScope scope)
    {
        if (Bind(text, scope, Tells) is not { } value)
        {
            return null;
        }

        value = ExpressionBinder.AsNumber(value);
        if (!value.Type.IsText && value.Type is not StaticType.Float)
        {
            return value.Term;
        }

        bag.Error(DiagnosticCode.TypeMismatch, text.SpanOf(0, text.Value.Length), $"a condition is true or false, not {value.Type.Noun}",
            value.Type is StaticType.Float ? null : "compare it: path == '/a', path ~ '/api/*'");
        return null;
    }

    private Bound? Bind(YamlScalar text, NameScope scope, Func<string, string?> refusal)
    {
        void Report(TextProblem problem) => bag.Error(text, problem);
        var syntax = ExpressionParser.Parse(text.Value, name => scope.Find(name) is not null || scope.WhyNot(name) is not null, Report);
        if (syntax is null || ExpressionBinder.Bind(syntax, scope, Report, out var used) is not { } bound)
        {
            return null;
        }

        foreach (var (value, place) in used)
        {
            if (redaction.Applies(value.Name) && refusal(value.Name) is { } message)
            {
                RedactValue.Report(bag, text.SpanOf(place.Start, place.Length), value.Name, message);
            }
        }

        return bound;
    }

    private string? Reveals(DraftCapture draft, string name) =>
        redaction.Applies(draft.Name) ? null : RedactValue.Reveals(draft.Name, name);

    private static string Tells(string name) => $"'{name}' is redacted: whether an event happens would tell something of it";
}
