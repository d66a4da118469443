using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding;

/// <summary>Binds the value that <c>bytes(name)</c>, <c>string(name)</c> or <c>int[name]</c> names.</summary>
internal sealed class LengthBinder(ProbeTrigger on, Redaction redaction, DiagnosticBag bag)
{
    /// <summary>
    /// The length that the type of <paramref name="owner"/> names; null when it names none, or when there is no such number,
    /// which is reported.
    /// </summary>
    public Term? Resolve(string owner, TypeSpec spec, YamlScalar? source, ValueScope scope, bool isReturned)
    {
        if (spec.Length is not { } length || source is null)
        {
            return null;
        }

        var at = source.SpanOf(length.Start, length.Name.Length);
        if (scope.Find(length.Name) is not { } value)
        {
            bag.Error(
                DiagnosticCode.UnknownValue,
                at,
                $"unknown name '{Quoted.Clip(length.Name)}'",
                scope.WhyNot(length.Name) ?? Suggestion.DidYouMean(length.Name, scope.Names) ?? $"known here: {Quoted.List(scope.Names)}");
            return null;
        }

        if (on != ProbeTrigger.Call && (isReturned ? value.Term.NeedsEntry : value.Term.NeedsReturn))
        {
            bag.Error(DiagnosticCode.UnknownValue,
                at, $"'{length.Name}' is not known when this is read", "only 'on: call' knows arguments and return value together");
            return null;
        }

        if (CountOf(value) is not { } count)
        {
            bag.Error(DiagnosticCode.TypeMismatch,
                at, $"'{length.Name}' is {value.Type.Noun}, not a number of {NounOf(spec.Type)}");
            return null;
        }

        if (redaction.Applies(value.Name) && !redaction.Applies(owner))
        {
            RedactedValue.Report(bag, at, value.Name, RedactedValue.Reveals(owner, value.Name));
            return null;
        }

        return count;
    }

    /// <summary>The number of bytes, units or elements that a value is; null for what is no number.</summary>
    public static Term? CountOf(ScopedValue value) => value.Type switch
    {
        StaticType.Integer { Size: 8, Signed: false } => Positive(value.Term),
        StaticType.Integer => value.Term,
        _ => null,
    };

    private static string NounOf(CaptureType type) => type switch
    {
        CaptureType.Array => "elements",
        CaptureType.CountedText { Unit: > 1 } => "units",
        _ => "bytes",
    };

    /// <summary>
    /// The length, where a negative one counts as 0. An unsigned one has no sign: where its first bit is set, half of it is still
    /// more than any value has.
    /// </summary>
    private static Term.Binary Positive(Term unsigned) =>
        new(BinaryOperator.ShiftRight, unsigned, new Term.Binary(BinaryOperator.ShiftRight, unsigned, new Term.Number(63)));
}
