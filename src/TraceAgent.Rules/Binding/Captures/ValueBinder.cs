using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding.Captures;

/// <summary>Binds expressions of a rule: its computed values and its condition.</summary>
internal sealed class ValueBinder(ProbeTrigger on, Redaction redaction, LengthBinder lengths, DiagnosticBag bag)
{
    /// <summary>True when a value that is known to be missing is shown as such, and is no error.</summary>
    public bool IsMarked { get; init; }

    /// <summary>Binds a computed value and adds it to <paramref name="scope"/>; null when something is wrong, which is reported.</summary>
    public ComputedValue? Capture(WrittenCapture written, NameScope scope)
    {
        if (IsMarked && scope.WhyMissing(written.Expression.Tree?.Names.Select(name => name.Value) ?? []) is not Outcome.Ok and var why)
        {
            scope.Miss(written.Name, why, "what it is computed from cannot be had here");
            return new ComputedValue(written.Name, written.Spec?.Type ?? CaptureType.Default, new Term.Number(0)) { WhyMissing = why };
        }

        if (IsMarked && written.Expression.Tree is { } tree && NowherePointers.In(tree, scope) is not null)
        {
            return new ComputedValue(written.Name, written.Spec?.Type ?? new CaptureType.Pointer(), new Term.Number(0))
            {
                WhyMissing = Outcome.OptimisedOut,
            };
        }

        if (Bind(written.Expression, scope, used => Reveals(written, used)) is not { } value)
        {
            scope.Exclude(written.Name, "its own expression has an error");
            return null;
        }

        value = ExpressionBinder.AsNumber(value);
        value = written.IsAtReturn ? value with { Term = new Term.OnReturn(value.Term) } : value;
        if (Problem(written, value) is { } problem)
        {
            var text = written.Expression.Text;
            bag.Error(DiagnosticCode.TypeMismatch, text.SpanOf(0, text.Value.Length), problem);
            return null;
        }

        // A text of Go or Rust knows by itself that its address and its length are there; other types of several words do not.
        var isObject = written.Spec is { Registers: > 1, Type: not CaptureType.TextObject }
            or { ValueRegister: > 0, IsFollowedByLength: false };
        Term InMemory(int word) => new Term.Load(
            word == 0 ? value.Term : new Term.Binary(BinaryOperator.Add, value.Term, new Term.Number(8 * word)),
            8,
            Signed: word == written.Spec!.LengthRegister);
        var isTruth = written.Spec?.Static is StaticType.Bool && value.Type is not StaticType.Bool;
        var term = isTruth ? new Term.Binary(BinaryOperator.NotEqual, value.Term, new Term.Number(0)) : value.Term;
        var computed = new ComputedValue(
            written.Name,
            written.Spec?.Type ?? value.Capture ?? value.Type.Capture,
            isObject ? InMemory(written.Spec!.ValueRegister) : term)
        {
            Structure = written.Spec is null && StructureValues.IsStructure(value.Type) ? value : null,
            Length = isObject ? written.Spec!.FollowingLength(InMemory) : LengthOf(written, value, scope),
        };
        scope.AddComputed(written.Name, computed.Value, TypeOf(written, value, computed));
        return computed;
    }

    /// <summary>The type of a computed value in expressions.</summary>
    private static StaticType TypeOf(WrittenCapture written, Bound value, ComputedValue computed) => (written.Spec, computed) switch
    {
        ({ Length: not null }, { Type: CaptureType.CountedText text, Length: { } length }) => new StaticType.CountedText(length, text.Unit),
        ({ Static: StaticType.Pointer or StaticType.TextObject or StaticType.Duration } spec, _) => spec.Static,
        _ => value.Type,
    };

    /// <summary>Binds the condition; null when something is wrong, which is reported.</summary>
    public Term? Condition(WrittenExpression written, NameScope scope)
    {
        if (Bind(written, scope, RevealedByCondition) is not { } value)
        {
            return null;
        }

        value = ExpressionBinder.AsNumber(value);
        if (!value.Type.IsText && value.Type is not StaticType.Float)
        {
            return value.Term;
        }

        bag.Error(
            DiagnosticCode.TypeMismatch,
            written.Text.SpanOf(0, written.Text.Value.Length),
            $"a condition is true or false, not {value.Type.Noun}",
            value.Type is StaticType.Float ? null : "compare it: path == '/a', path ~ '/api/*'");
        return null;
    }

    private string? Problem(WrittenCapture written, Bound value) => value.Type switch
    {
        StaticType.ThreadName => "every event has 'comm' already",
        StaticType.Quotation => "a constant text is a label: labels: {name: text}",
        not (StaticType.Pointer or StaticType.Integer or StaticType.TextObject or StaticType.CountedText)
            when written.Spec is { Type.LiesAtAddress: true } => $"{value.Type.Noun} is no address, where the value would lie",
        _ when on == ProbeTrigger.Entry && written.IsAtReturn => null,
        _ when on != ProbeTrigger.Call && value.Term.NeedsEntry && value.Term.NeedsReturn =>
            "only 'on: call' knows arguments and return value together",
        _ => null,
    };

    private Term? LengthOf(WrittenCapture written, Bound value, NameScope scope) => written.Spec is { } spec
        ? lengths.Resolve(
            written.Name, spec, written.TypeSource, scope, isReturned: on == ProbeTrigger.Return || value.Term.NeedsReturn)
        : (value.Type as StaticType.CountedText)?.Length ?? value.Type.Elements;

    private Bound? Bind(WrittenExpression written, ValueScope scope, Func<string, string?> refusal)
    {
        if (written.Tree is { } whole && NowherePointers.In(whole, scope) is { } nowhere)
        {
            bag.Error(
                DiagnosticCode.UnknownValue,
                written.Text.SpanOf(nowhere.Start, nowhere.Value.Length),
                $"'{Quoted.Clip(nowhere.Value)}' has no value: the compiler kept the pointer nowhere (optimised_out)",
                $"what it leads to can be had: {Quoted.Clip(nowhere.Value)}->member");
            return null;
        }

        if (written.Tree is not { } tree
            || ExpressionBinder.Bind(tree, scope, problem => bag.Error(written.Text, problem), out var used) is not { } bound)
        {
            return null;
        }

        foreach (var (value, place) in used)
        {
            if (redaction.Applies(value.Name) && refusal(value.Name) is { } message)
            {
                RedactedValue.Report(bag, written.Text.SpanOf(place.Start, place.Length), value.Name, message);
            }
        }

        return bound;
    }

    private string? Reveals(WrittenCapture written, string name) =>
        redaction.Applies(written.Name) ? null : RedactedValue.Reveals(written.Name, name);

    private static string RevealedByCondition(string name) => $"'{name}' is redacted: whether an event happens would tell something of it";
}
